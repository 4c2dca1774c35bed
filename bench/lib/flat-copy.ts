/** What a user would do instead: the file, as it is, by one COPY into one flat table of text columns. */
import { spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { runProcess } from './processes.ts';
import type { Measurement } from './rounds.ts';

/** psql where it is installed; the same COPY over the wire where it is not. */
export const hasPsql = spawnSync('psql', ['--version']).status === 0;
export const flatCopyName = hasPsql
  ? 'psql \\copy into a flat text table'
  : 'COPY over the wire into a flat text table';

/** One round: create the table, copy, count, drop. Only the copy is timed. */
export async function flatCopy(
  databaseUrl: string,
  file: string,
  columns: readonly string[],
  rows: number,
): Promise<Measurement> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query('drop table if exists flat_copy');
    await client.query(`create table flat_copy (${columns.map((name) => `"${name}" text`).join(', ')})`);
    await client.query('checkpoint');
    const seconds = hasPsql ? await withPsql(databaseUrl, file) : await overTheWire(client, file);
    const { rows: counted } = await client.query<{ n: string }>('select count(*) as n from flat_copy');
    if (Number(counted[0].n) !== rows)
      throw new Error(`the flat table has ${counted[0].n} rows, not ${rows}`);
    return { seconds };
  } finally {
    await client.query('drop table if exists flat_copy').catch(() => {});
    await client.end();
  }
}

async function withPsql(databaseUrl: string, file: string): Promise<number> {
  const command = `\\copy flat_copy from '${file.replaceAll("'", "''")}' with (format csv, header true)`;
  const { seconds } = await runProcess(
    'psql',
    ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', databaseUrl, '-c', command],
    process.env,
  );
  return seconds;
}

async function overTheWire(client: pg.Client, file: string): Promise<number> {
  const started = performance.now();
  await pipeline(
    createReadStream(file, { highWaterMark: 1 << 20 }),
    client.query(copyFrom('copy flat_copy from stdin with (format csv, header true)')),
  );
  return (performance.now() - started) / 1000;
}
