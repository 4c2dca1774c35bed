import { setTimeout as delay } from 'node:timers/promises';
import type { Contest } from '../rounds/contest.ts';
import { type Measurement, quantile, type Side } from '../rounds/rounds.ts';
import { type Arena, withClient } from '../sides/arena.ts';
import { cutIntoFiles, type RunningUp, withRunningUp } from '../sides/running-up.ts';
import { mustAgree, sumsOfStar } from '../sides/trip-sums.ts';

export const latency: Contest = {
  letter: 'k',
  what: 'latency of a 10-row file on an idle system, from its rename into landing to its commit, p99',
  inside:
    'from just before the rename until LISTEN on another connection reports the commit; 200 drops per round after 20 that are not counted, all rounds together',
  goalRows: 0,
  prepare: async (arena) => [await latencySide(arena)],
  measure: ([ours]) => {
    const all = ours.rounds.flatMap((round) => round.detail!.milliseconds as number[]);
    return [
      { name: 'p50', value: quantile(all, 0.5), unit: 'milliseconds', goal: null },
      { name: 'p99', value: quantile(all, 0.99), unit: 'milliseconds', goal: { atMost: 150 } },
    ];
  },
};

const rowsOfFile = 10;
const drops = 200;
/** Drops that are not counted: the first ones create connections, tables and machine code. */
const warmDrops = 20;

async function latencySide(arena: Arena): Promise<Side> {
  const input = await arena.trips((warmDrops + drops) * rowsOfFile);
  return {
    name: `landfall up: ${drops} files of ${rowsOfFile} rows, one after the other`,
    rows: drops * rowsOfFile,
    bytes: input.bytes,
    run: () =>
      withRunningUp(arena, async (up, staging) => {
        const paths = cutIntoFiles(input, staging, rowsOfFile);
        const milliseconds: number[] = [];
        for (const [number, path] of paths.entries()) milliseconds.push(await dropOne(up, path, number));
        const found = await withClient(arena.databaseUrl, sumsOfStar);
        mustAgree('star', found, await arena.tripSums(input));
        const counted = milliseconds.slice(warmDrops).map((value) => Math.round(value * 100) / 100);
        return {
          seconds: counted.reduce((sum, value) => sum + value, 0) / 1000,
          detail: { milliseconds: counted },
        } satisfies Measurement;
      }),
  };
}

/** The pause after which the system is idle again. */
const idleMs = 50;

/** Drops a file, listens for its commit, and waits until the file is finalised. */
async function dropOne(up: RunningUp, path: string, number: number): Promise<number> {
  let fileId = 0;
  const committed = up.change(({ kind, chunkNumber, fileId: id }) => {
    fileId = id;
    return kind === 'chunk' && chunkNumber !== undefined;
  });
  const started = performance.now();
  up.drop(path, `drop-${String(number).padStart(4, '0')}.csv`);
  await committed;
  const milliseconds = performance.now() - started;
  // After its commit a file is finalised, in two steps: both are changes of the file.
  await up.change((change) => change.kind === 'file' && change.fileId === fileId);
  await delay(idleMs);
  return milliseconds;
}
