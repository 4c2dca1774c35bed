/** A running `landfall up` that finds a file in its landing folder, or in a bucket on this machine. */
import { fork } from 'node:child_process';
import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BucketEnvironment, BucketTask, StoredFile } from '../children/bucket-server.ts';
import { nextMessage } from '../processes/children.ts';
import { processStat } from '../processes/proc.ts';
import type { Measurement, Side } from '../rounds/rounds.ts';
import { type Arena, type Input, withClient } from './arena.ts';
import { dropWarmRows, type RunningUp, withRunningUp } from './running-up.ts';
import { mustAgree, sumsOfStar } from './trip-sums.ts';

const serverModule = fileURLToPath(new URL('../children/bucket-server.js', import.meta.url));
const bucket = 'landfall-bench';
const landedName = 'landed.csv';

/** Puts a file into the landing place, so that it appears complete. */
type Land = (path: string, name: string) => Promise<void>;

/** From the moment that the file is found until it is done. Uploading it is not included, nor is waiting for a listing. */
export function fromFolder(arena: Arena, input: Input): Side {
  return {
    name: `${input.rows.toLocaleString('en')} trips from a landing folder`,
    rows: input.rows,
    bytes: input.bytes,
    run: () =>
      withRunningUp(arena, (up, staging) => {
        const land: Land = async (path, name) => {
          const link = join(staging, name);
          linkSync(path, link);
          up.drop(link, name);
        };
        return landOnce(arena, up, staging, input, land);
      }),
  };
}

/** The same. `bucketCpuSeconds` in the detail is the CPU of the bucket's server, which is in no other figure. */
export function fromBucket(arena: Arena, input: Input): Side {
  return {
    name: `${input.rows.toLocaleString('en')} trips from a bucket on this machine`,
    rows: input.rows,
    bytes: input.bytes,
    async run() {
      const server = fork(serverModule, [], { stdio: ['ignore', 2, 2, 'ipc'] });
      try {
        server.send({ bucket } satisfies BucketTask);
        const env = (await nextMessage(server, 'the server of the bucket')) as BucketEnvironment;
        const land: Land = async (path, name) => {
          server.send({ path, key: `landing/trips/${name}` } satisfies StoredFile);
          await nextMessage(server, 'the server of the bucket');
        };
        return await withRunningUp(
          arena,
          (up, staging) => landOnce(arena, up, staging, input, land, server.pid),
          { env: { ...env, LANDING_URL: `s3://${bucket}/landing` } },
        );
      } finally {
        server.kill();
      }
    },
  };
}

async function landOnce(
  arena: Arena,
  up: RunningUp,
  staging: string,
  input: Input,
  land: Land,
  bucketPid?: number,
): Promise<Measurement> {
  await up.warm(staging, input, land);
  await arena.settle(input);
  const bucketCpu = () => (bucketPid === undefined ? 0 : (processStat(bucketPid)?.cpuSeconds ?? Number.NaN));
  await land(input.path, landedName);
  const before = { cpu: up.cpuSeconds(), server: arena.serverCpuSeconds(), bucket: bucketCpu() };
  const seconds = await done(arena, up);
  const cpuSeconds = up.cpuSeconds() - before.cpu;
  const serverCpuSeconds = arena.serverCpuSeconds() - before.server;
  const bucketCpuSeconds = bucketCpu() - before.bucket;
  const found = await withClient(arena.databaseUrl, async (client) => {
    await client.query(dropWarmRows);
    return sumsOfStar(client);
  });
  mustAgree('star', found, await arena.tripSums(input));
  return { seconds, cpuSeconds, serverCpuSeconds, detail: { bucketCpuSeconds } };
}

/** Resolves when the file is done, with the seconds since it was found. */
async function done(arena: Arena, up: RunningUp): Promise<number> {
  for (;;) {
    const [file] = await arena.query<{ state: string; seconds: number }>(
      `select state, extract(epoch from finished_at - landed_at)::float8 as seconds
       from landfall.file where name = '${landedName}' and finished_at is not null`,
    );
    if (file?.state === 'done') return file.seconds;
    if (file !== undefined) throw new Error(`the file is ${file.state}`);
    await up.change(({ kind }) => kind === 'file', 600_000);
  }
}
