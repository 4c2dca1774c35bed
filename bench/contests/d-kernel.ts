import { fileURLToPath } from 'node:url';
import type { ParseAnswer } from '../children/parse-ranges.ts';
import { runTogether } from '../processes/children.ts';
import { type Contest, ratio } from '../rounds/contest.ts';
import type { Side } from '../rounds/rounds.ts';
import type { Arena, Input } from '../sides/arena.ts';
import { runDuckDb, sidesWithDuckDb } from '../sides/duckdb-sides.ts';
import { formNames, type PointForm, sumColumns } from '../sides/duckdb-trips.ts';
import type { TripSums } from '../sides/trip-sums.ts';

export const kernel: Contest = {
  letter: 'd',
  what: 'kernel on one core, CSV bytes → all typed columns of trips, points split into doubles: time of DuckDB with 1 thread ÷ ours',
  inside:
    'reading the file from the page cache, parsing, and adding up every column; starting the process and compiling kernel or query are not included',
  goalRows: 10_000_000,
  prepare: (arena) => sidesWithDuckDb(arena, kernelSide, duckDbSide),
  measure: ([ours, pattern, split]) => [
    ratio(`DuckDB (${formNames.pattern}) ÷ kernel`, ours, pattern, { atLeast: 8 }),
    ratio(`DuckDB (${formNames.split}) ÷ kernel`, ours, split, null),
  ],
};

const child = fileURLToPath(new URL('../children/parse-ranges.js', import.meta.url));

function kernelSide(arena: Arena, input: Input, sums: TripSums): Side {
  return {
    name: 'kernel, 1 thread: CSV to typed columns, summed',
    rows: input.rows,
    bytes: input.bytes,
    run: async () => {
      await arena.settle(input);
      const { answers } = await runTogether<object, ParseAnswer>(child, [{ path: input.path }]);
      const [{ seconds, cpuSeconds, degrees, ...found }] = answers;
      check('kernel', { ...found, degrees }, sums);
      return { seconds, cpuSeconds };
    },
  };
}

function duckDbSide(arena: Arena, input: Input, sums: TripSums, form: PointForm): Side {
  return {
    name: `DuckDB, 1 thread: CSV to typed columns, summed (${formNames[form]})`,
    rows: input.rows,
    bytes: input.bytes,
    run: async () => {
      await arena.settle(input);
      const task = { sql: sumColumns(input.path, form), threads: 1 };
      const { answers } = await runDuckDb(task);
      const [{ rows, seconds, cpuSeconds }] = answers;
      const { a, b, c, d, letters, epochSeconds } = rows[0];
      const found = {
        rows: Number(rows[0].rows),
        letters: String(letters),
        epochSeconds: String(epochSeconds),
      };
      check('DuckDB', { ...found, degrees: [a, b, c, d].map(Number) }, sums);
      return { seconds, cpuSeconds };
    },
  };
}

/** Compares to nine digits: the last digits of a sum of doubles depend on the order of addition. */
function check(
  who: string,
  found: { rows: number; letters: string; epochSeconds: string; degrees: readonly number[] },
  sums: TripSums,
): void {
  const degrees = found.degrees.reduce((sum, value) => sum + value, 0);
  const right = Number(sums.degrees) / 1e7;
  const agrees =
    found.rows === sums.rows &&
    found.letters === sums.letters &&
    found.epochSeconds === sums.epochSeconds &&
    Math.abs(degrees - right) <= Math.abs(right) * 1e-9;
  if (!agrees) throw new Error(`${who} found ${JSON.stringify(found)}, not ${JSON.stringify(sums)}`);
}
