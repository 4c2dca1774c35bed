/** The results of a run as stored in bench/results/*.json. The report and README's table are made from these files. */

import type { Machine } from '../processes/host.ts';
import type { Arena } from '../sides/arena.ts';
import { type Contest, isMet, type Measure } from './contest.ts';
import type { Result } from './rounds.ts';

/** Raise this when a reader of older files would misread newer ones. */
export const resultsFormat = 1;

export interface Report {
  readonly format: typeof resultsFormat;
  readonly at: string;
  /** The command that repeats the run. */
  readonly command: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly serverSettings: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly rounds: number;
  readonly contests: Outcome[];
  /** All sides of all contests. A contest names the sides that it uses. */
  readonly sides: Result[];
  readonly peers: PeerResult[];
}

export interface Outcome {
  readonly letter: string;
  readonly what: string;
  readonly inside: string;
  readonly rows: number;
  /** False if the run was smaller than the size that the goal was set for. */
  readonly atGoalSize: boolean;
  readonly sides: readonly string[];
  readonly measures: readonly (Measure & { readonly met: boolean | null })[];
  /** The reason why there is no measure. */
  readonly error?: string;
}

/** The time that another tool takes for a part of the work. */
export interface PeerResult {
  readonly name: string;
  readonly version: string | null;
  /** The part of the work that it does. */
  readonly does: string;
  /** Rows that it was given. */
  readonly rows: number;
  readonly seconds: number | null;
  readonly rowsPerSecond: number | null;
  /** Measured on a sample and scaled. */
  readonly scaled: boolean;
  readonly error?: string;
}

/** The measures of a contest, or the reason why it has none. */
export function judge(contest: Contest, results: readonly Result[], arena: Arena): Outcome {
  const { letter, what, inside } = contest;
  const atGoalSize = arena.rows >= contest.goalRows;
  const sides = results.map(({ name }) => name);
  const failed = results.find(({ error }) => error !== undefined);
  const head = { letter, what, inside, rows: arena.rows, atGoalSize, sides };
  if (failed !== undefined) return { ...head, measures: [], error: `${failed.name}: ${failed.error}` };
  const measures = contest.measure(results, arena).map((measure) => ({
    ...measure,
    met: measure.goal === null || Number.isNaN(measure.value) ? null : isMet(measure.value, measure.goal),
  }));
  return { ...head, measures };
}
