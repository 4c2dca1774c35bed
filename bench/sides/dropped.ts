/** The whole pipeline as a site runs it: `landfall up` is running, and one file is dropped. */
import { linkSync } from 'node:fs';
import { join } from 'node:path';
import type { Measurement, Side } from '../rounds/rounds.ts';
import { type Arena, type Input, withClient } from './arena.ts';
import { dropWarmRows, type RunningUp, warmName, withRunningUp } from './running-up.ts';
import { mustAgree, sumsOfStar } from './trip-sums.ts';

const dropName = 'dropped.csv';

/** From the rename into landing until the file is done: reconciled, its receipt written. */
export function droppedSide(arena: Arena, input: Input): Side {
  return {
    name: `landfall up, running: ${input.rows.toLocaleString('en')} trips dropped`,
    rows: input.rows,
    bytes: input.bytes,
    run: () =>
      withRunningUp(arena, async (up, staging) => {
        await up.warm(staging, input);
        await arena.settle(input);
        return dropOnce(arena, up, staging, input);
      }),
  };
}

/** Drops the file and waits until it is done; then calls `done`, before the star is compared with the input. */
export async function dropOnce(
  arena: Arena,
  up: RunningUp,
  staging: string,
  input: Input,
  done: () => void = () => {},
): Promise<Measurement> {
  const path = join(staging, dropName);
  linkSync(input.path, path);
  const ended = () =>
    arena.query<{ state: string; at: number; chunks: number }>(
      `select state, extract(epoch from finished_at)::float8 as at, chunks
       from landfall.file where name = '${dropName}' and finished_at is not null`,
    );
  const serverBefore = arena.serverCpuSeconds();
  const cpuBefore = up.cpuSeconds();
  const startedAt = Date.now();
  up.drop(path, dropName);
  let [file] = await ended();
  while (file === undefined) {
    await up.change(({ kind }) => kind === 'file', 600_000);
    [file] = await ended();
  }
  if (file.state !== 'done') throw new Error(`the file is ${file.state}`);
  const cpuSeconds = up.cpuSeconds() - cpuBefore;
  const serverCpuSeconds = arena.serverCpuSeconds() - serverBefore;
  done();
  const found = await withClient(arena.databaseUrl, async (client) => {
    await client.query(dropWarmRows);
    return sumsOfStar(client);
  });
  mustAgree('star', found, await arena.tripSums(input));
  const detail = { chunks: file.chunks, warmedWith: warmName };
  return { seconds: file.at - startedAt / 1000, cpuSeconds, serverCpuSeconds, detail };
}
