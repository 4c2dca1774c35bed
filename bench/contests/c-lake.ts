import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTogether } from '../processes/children.ts';
import { type Contest, ratio } from '../rounds/contest.ts';
import type { Side } from '../rounds/rounds.ts';
import type { Arena, Input } from '../sides/arena.ts';
import { runDuckDb, sidesWithDuckDb } from '../sides/duckdb-sides.ts';
import { formNames, type PointForm, writeLake } from '../sides/duckdb-trips.ts';
import type { LakeRun } from '../sides/lake-run.ts';
import { mustAgree, sumsOfLake, type TripSums } from '../sides/trip-sums.ts';

export const lake: Contest = {
  letter: 'c',
  what: 'CSV → enriched, hive-partitioned Parquet (no database) ÷ DuckDB doing the same with 2 threads',
  inside:
    'from the start of the first process to the end of the last; Landfall starts processes and scans for record borders as workers do, and both sides write the same columns, partitions and snappy pages',
  goalRows: 10_000_000,
  prepare: (arena) => sidesWithDuckDb(arena, ourSide, duckDbSide),
  measure: ([ours, pattern, split]) => [
    ratio(`landfall ÷ DuckDB (${formNames.pattern})`, ours, pattern, { atLeast: 4 }),
    ratio(`landfall ÷ DuckDB (${formNames.split})`, ours, split, { atLeast: 3.2 }),
  ],
};

const child = fileURLToPath(new URL('../../bundle/make-lake.js', import.meta.url));
const processes = 2;

function ourSide(arena: Arena, input: Input, sums: TripSums): Side {
  return {
    name: `landfall, ${processes} processes: CSV to lake`,
    rows: input.rows,
    bytes: input.bytes,
    run: () =>
      lakeRound(arena, input, sums, async (folder) => {
        const task = { path: input.path, lake: folder, processes };
        const { seconds, cpuSeconds, answers } = await runTogether<object, LakeRun>(child, [task]);
        const [{ rows, parts, bytes }] = answers;
        if (rows !== input.rows) throw new Error(`the chunks had ${rows} rows, not ${input.rows}`);
        return { seconds, cpuSeconds, detail: { parts, lakeBytes: bytes } };
      }),
  };
}

function duckDbSide(arena: Arena, input: Input, sums: TripSums, form: PointForm): Side {
  return {
    name: `DuckDB, 2 threads: CSV to lake (${formNames[form]})`,
    rows: input.rows,
    bytes: input.bytes,
    run: () =>
      lakeRound(arena, input, sums, async (folder) => {
        const task = { sql: writeLake(input.path, join(folder, 'trips'), form), threads: 2 };
        const { seconds, cpuSeconds, answers } = await runDuckDb(task);
        return { seconds, cpuSeconds, detail: { statementSeconds: answers[0].seconds } };
      }),
  };
}

async function lakeRound<Measured>(
  arena: Arena,
  input: Input,
  sums: TripSums,
  make: (folder: string) => Promise<Measured>,
): Promise<Measured> {
  const folder = arena.emptyFolder('contest-lake');
  try {
    await arena.settle(input);
    const measured = await make(folder);
    mustAgree('lake', await sumsOfLake(join(folder, 'trips')), sums);
    return measured;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
