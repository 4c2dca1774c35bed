/** Guesses the types of all columns of a file: where one leaves a doubt, others may tell how the file is written. */
import type { ColumnGuess, ColumnSample } from '../contract.ts';
import { type GuessOptions, guessColumn, guessShowing } from './guess-column.ts';

export interface GuessedColumns {
  readonly guesses: readonly ColumnGuess[];
  /** For guessing one of the columns again. */
  readonly hints: GuessOptions;
}

/** Guesses each column, and once more with what all of them show. */
export function guessColumns(samples: readonly ColumnSample[]): GuessedColumns {
  const dump = samples.filter(({ values }) => values.has('\\N')).length > 1;
  const first = samples.map((sample) => guessShowing(sample, { dump }));
  const decimalHint = unanimous(first.map(({ shows }) => shows.decimal));
  const dayFirstHint = unanimous(first.map(({ shows }) => shows.dayFirst));
  const hints: GuessOptions = {
    dump,
    ...(decimalHint !== undefined && { decimalHint }),
    ...(dayFirstHint !== undefined && { dayFirstHint }),
  };
  // Only a column with something to check may come out otherwise.
  const guesses = first.map(({ guess }, i) =>
    guess.remarks.some(({ kind }) => kind === 'check') ? guessColumn(samples[i], hints) : guess,
  );
  return { guesses, hints };
}

/** What all that say something agree on. */
function unanimous<T>(said: readonly (T | undefined)[]): T | undefined {
  const different = new Set(said.filter((one) => one !== undefined));
  return different.size === 1 ? [...different][0] : undefined;
}
