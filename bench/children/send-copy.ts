/** A process that streams one file of binary COPY into a table and ends. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { receiveTask } from '../processes/children.ts';
import { type CopyTarget, copyStatement } from '../sides/copy-format.ts';

const { databaseUrl, path, target } = await receiveTask<{
  databaseUrl: string;
  path: string;
  target: CopyTarget;
}>();
const client = new pg.Client(databaseUrl);
await client.connect();
await pipeline(
  createReadStream(path, { highWaterMark: 256 * 1024 }),
  client.query(copyFrom(copyStatement(target))),
);
await client.end();
