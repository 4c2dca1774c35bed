import { closeSync, openSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runProcess } from '../processes/process-run.ts';
import { type Contest, rate, ratio } from '../rounds/contest.ts';
import type { Measurement, Side } from '../rounds/rounds.ts';
import type { Arena, Input } from '../sides/arena.ts';
import { withClient } from '../sides/arena.ts';
import { copyCommand, createFlatTable, hasPsql, psqlArguments } from '../sides/flat-copy.ts';
import { cutIntoFiles, dropWarmRows, type RunningUp, warmName, withRunningUp } from '../sides/running-up.ts';
import { mustAgree, sumsOfStar } from '../sides/trip-sums.ts';
import { tripColumns } from '../sides/trips-sides.ts';

/** 25 trips are 3 KB. */
const rowsOfFile = 25;
const filesMost = 5_000;

export const manyFiles: Contest = {
  letter: 'j',
  what: '5,000 files of 3 KB dropped at once: files per second, and ÷ one `psql \\copy` per file in a loop',
  inside:
    'landfall is timed from the first rename into landing to the end of the last file (archived, receipt written), with `landfall up` running; psql is a shell loop with one psql per file, over a tenth of the files and scaled',
  goalRows: 10_000_000,
  prepare: async (arena) => {
    const files = Math.max(10, Math.min(filesMost, Math.floor(arena.rows / 2000)));
    const input = await arena.trips(files * rowsOfFile);
    if (!hasPsql) throw new Error('contest j needs psql');
    return [ourSide(arena, input, files), loopSide(arena, input, files)];
  },
  measure: ([ours, theirs]) => [
    {
      name: 'files a second',
      value: rate(ours) / rowsOfFile,
      unit: 'files a second',
      goal: { atLeast: 300 },
    },
    ratio('landfall ÷ loop of psql, ratio of rates', ours, theirs, { atLeast: 5 }),
  ],
};

function ourSide(arena: Arena, input: Input, files: number): Side {
  return {
    name: `landfall up: ${files.toLocaleString('en')} files dropped at once`,
    rows: input.rows,
    bytes: input.bytes,
    // Keep its folders until the end: deleting thousands of files would slow down the next round.
    run: () =>
      withRunningUp(
        arena,
        async (up, staging) => {
          const paths = cutIntoFiles(input, staging, rowsOfFile);
          await up.warm(staging, input);
          const newFileMicroseconds = probe(arena);
          await arena.settle();
          const measured = await dropAll(arena, up, paths, input);
          return { ...measured, detail: { ...measured.detail, newFileMicroseconds } };
        },
        { keep: true },
      ),
  };
}

/** Files that are created to measure the cost of creating one. */
const probeFiles = 500;

/** CPU time of creating an empty file on the lake's file system, in µs: its share of the cost of each part. */
function probe(arena: Arena): number {
  const folder = arena.emptyFolder('probe');
  const before = process.cpuUsage();
  for (let i = 0; i < probeFiles; i++) closeSync(openSync(join(folder, String(i)), 'wx'));
  const { user, system } = process.cpuUsage(before);
  arena.keepFolder('probe');
  return Math.round((user + system) / probeFiles);
}

async function dropAll(
  arena: Arena,
  up: RunningUp,
  paths: readonly string[],
  input: Input,
): Promise<Measurement> {
  const sums = await arena.tripSums(input);
  const ended = () =>
    arena.query<{ n: number; failed: number; at: number }>(
      `select count(*)::int as n, (count(*) filter (where state <> 'done'))::int as failed,
         extract(epoch from max(finished_at))::float8 as at
       from landfall.file where finished_at is not null and name <> '${warmName}'`,
    );
  const serverBefore = arena.serverCpuSeconds();
  const cpuBefore = up.cpuSeconds();
  const coordinatorBefore = up.coordinatorCpuSeconds();
  const startedAt = Date.now();
  for (const path of paths) up.drop(path, basename(path));
  let last = await ended();
  // Times are from the ledger; the polling interval only decides how soon the end is noticed.
  while (last[0].n < paths.length) {
    await up.change(({ kind }) => kind === 'file', 120_000);
    await new Promise((resolve) => setTimeout(resolve, 250));
    last = await ended();
  }
  const seconds = last[0].at - startedAt / 1000;
  if (last[0].failed > 0) throw new Error(`${last[0].failed} files have failed`);
  const found = await withClient(arena.databaseUrl, async (client) => {
    await client.query(dropWarmRows);
    return sumsOfStar(client);
  });
  mustAgree('star', found, sums);
  const [{ parts }] = await arena.query<{ parts: number }>(
    `select avg(parts)::float8 as parts from landfall.file where name <> '${warmName}'`,
  );
  const left = readdirSync(up.landing).length;
  if (left > 0) throw new Error(`${left} files are still in landing`);
  return {
    seconds,
    cpuSeconds: up.cpuSeconds() - cpuBefore,
    coordinatorCpuSeconds: up.coordinatorCpuSeconds() - coordinatorBefore,
    serverCpuSeconds: arena.serverCpuSeconds() - serverBefore,
    detail: { files: paths.length, partsOfFile: parts },
  };
}

/** Files of the loop. Each costs a process and a connection, so a sample is enough. */
const loopFiles = 500;

function loopSide(arena: Arena, input: Input, all: number): Side {
  const files = Math.min(all, loopFiles);
  const rows = files * rowsOfFile;
  const sample = files < all ? ` of ${all.toLocaleString('en')}, scaled` : '';
  return {
    name: `loop of psql \\copy over ${files.toLocaleString('en')} files${sample}`,
    rows,
    bytes: Math.round((input.bytes / all) * files),
    run: () =>
      withClient(arena.databaseUrl, async (client) => {
        const staging = arena.emptyFolder('staging');
        cutIntoFiles(input, staging, rowsOfFile, files);
        await createFlatTable(client, tripColumns);
        await arena.settle();
        const serverBefore = arena.serverCpuSeconds();
        try {
          const psql = psqlArguments(arena.databaseUrl, copyCommand('FILE')).map(
            (text) => `"${text.replaceAll('\\', '\\\\').replace('FILE', '$f').replaceAll('"', '\\"')}"`,
          );
          const loop = `set -e; for f in "$1"/*.csv; do psql ${psql.join(' ')}; done`;
          const { seconds, cpuSeconds } = await runProcess('bash', ['-c', loop, 'bash', staging]);
          const serverCpuSeconds = arena.serverCpuSeconds() - serverBefore;
          const { rows: found } = await client.query('select count(*)::int as n from flat_copy');
          if (found[0].n !== rows) throw new Error(`the flat table has ${found[0].n} rows, not ${rows}`);
          return { seconds, cpuSeconds, serverCpuSeconds };
        } finally {
          await client.query('drop table if exists flat_copy');
          arena.keepFolder('staging');
        }
      }),
  };
}
