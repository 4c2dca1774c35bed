/**
 * An S3-speaking server with one bucket, in a process of its own. Answers with its address, then stores each file that it
 * is told to, as any client would upload it, and answers when that is done.
 */
import { createReadStream } from 'node:fs';
import { startFauxqs } from 'fauxqs';
import { openStorage } from '../../platform/storage/index.ts';
import { answer, receiveTask } from '../processes/children.ts';

export interface BucketTask {
  readonly bucket: string;
}

/** What clients of the bucket have in their environment. */
export type BucketEnvironment = Readonly<Record<string, string>>;

export interface StoredFile {
  readonly path: string;
  readonly key: string;
}

const { bucket } = await receiveTask<BucketTask>();
process.channel?.ref();
const server = await startFauxqs({ port: 0, logger: false });
server.createBucket(bucket);
const env: BucketEnvironment = {
  AWS_ENDPOINT_URL_S3: server.address,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
};
Object.assign(process.env, env);
const storage = await openStorage(`s3://${bucket}`);
process.on('message', async ({ path, key }: StoredFile) => {
  const writer = await storage.writer(key);
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) await writer.write(piece);
  await writer.commit();
  await answer({ stored: key });
});
process.on('disconnect', () => process.exit());
await answer(env);
