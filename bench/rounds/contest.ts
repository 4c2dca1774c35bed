/** The contract of a contest. Each contest is one file in this folder. */

import type { Arena } from '../sides/arena.ts';
import type { Result, Side } from './rounds.ts';

export type Goal = { readonly atLeast: number } | { readonly atMost: number };

export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ratio' | 'share' | 'bytes' | 'milliseconds' | 'seconds' | 'µs a row' | 'files a second';
  /** Null for a measure that is only informative. */
  readonly goal: Goal | null;
}

export interface Contest {
  readonly letter: string;
  /** What is measured, as worded in the table of goals. */
  readonly what: string;
  /** What the time includes and excludes. */
  readonly inside: string;
  /** The size that the goal was set for, as `--rows`. Smaller runs are marked as such. */
  readonly goalRows: number;
  /** The sides. Sides with the same name run once per round, even if several contests use them. */
  prepare(arena: Arena): Promise<readonly Side[]>;
  /** `of`: the result of a side by its index in what `prepare` returned. Not called if a side has failed. */
  measure(of: readonly Result[], arena: Arena): readonly Measure[];
}

/** The rate of `ours` ÷ the rate of `theirs`, from medians, as a measure. */
export function ratio(name: string, ours: Result, theirs: Result, goal: Goal | null): Measure {
  return { name, value: rate(ours) / rate(theirs), unit: 'ratio', goal };
}

/** Rows per second, from the median. */
export function rate({ rows, medianSeconds }: Result): number {
  return rows / medianSeconds;
}

export function isMet(value: number, goal: Goal): boolean {
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}
