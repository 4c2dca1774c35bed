/** What the contests with DuckDB have in common: their sides, and the process in which DuckDB runs. */
import { fileURLToPath } from 'node:url';
import type { DuckDbAnswer, DuckDbTask } from '../children/duckdb-query.ts';
import { runTogether, type TogetherRun } from '../processes/children.ts';
import type { Side } from '../rounds/rounds.ts';
import type { Arena, Input } from './arena.ts';
import { type PointForm, pointForms } from './duckdb-trips.ts';
import type { TripSums } from './trip-sums.ts';

/** Runs one statement in a process of its own. */
export function runDuckDb(task: DuckDbTask): Promise<TogetherRun<DuckDbAnswer>> {
  const child = fileURLToPath(new URL('../children/duckdb-query.js', import.meta.url));
  return runTogether(child, [task]);
}

/** The sides of a contest over the trips of the arena: ours, then DuckDB with each way to split a point. */
export async function sidesWithDuckDb(
  arena: Arena,
  ours: (arena: Arena, input: Input, sums: TripSums) => Side,
  duckDb: (arena: Arena, input: Input, sums: TripSums, form: PointForm) => Side,
): Promise<Side[]> {
  const input = await arena.trips();
  const sums = await arena.tripSums(input);
  return [ours(arena, input, sums), ...pointForms.map((form) => duckDb(arena, input, sums, form))];
}
