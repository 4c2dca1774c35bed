/** What a contest is. One file in this folder each. */

import type { Result, Side } from '../rounds/rounds.ts';
import type { Arena } from '../sides/arena.ts';

export type Goal = { readonly atLeast: number } | { readonly atMost: number };

export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ratio' | 'share' | 'bytes' | 'milliseconds' | 'files a second';
  /** Null for what is only worth knowing. */
  readonly goal: Goal | null;
}

export interface Contest {
  readonly letter: string;
  /** What is measured, in the words of the table of goals. */
  readonly what: string;
  /** What is inside the time and what is not. */
  readonly inside: string;
  /** The size that the goal was set for, in rows of `--rows`. Smaller runs say that they are smaller. */
  readonly goalRows: number;
  /** Sides that are equal by name are run once a round, whoever asks for them. */
  prepare(arena: Arena): Promise<readonly Side[]>;
  /** `of`: result of a side by its place in what `prepare` gave. Never called when one has failed. */
  measure(of: readonly Result[], arena: Arena): readonly Measure[];
}

/** Rate of `ours` ÷ rate of `theirs`, by medians. */
export function ratio(ours: Result, theirs: Result): number {
  return rate(ours) / rate(theirs);
}

/** Rows a second, by the median. */
export function rate({ rows, medianSeconds }: Result): number {
  return rows / medianSeconds;
}

export function isMet(value: number, goal: Goal): boolean {
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}
