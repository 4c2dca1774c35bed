/** Finds for each column the type that holds every value: guess, read every row, guess again with what did not fit. */
import type { ColumnFacts, ColumnGuess, ColumnSample, KnownColumn } from '../../model/infer/contract.ts';
import { type GuessOptions, guessColumn } from '../../model/infer/guess/guess-column.ts';
import { guessColumns } from '../../model/infer/guess/guess-columns.ts';
import type { Profile } from '../../workers/profile/profile-file.ts';
import type { FileReader } from './file-reader.ts';
import type { UnitedColumn } from './unite-columns.ts';

export interface Settled {
  readonly guesses: readonly ColumnGuess[];
  readonly facts: readonly ColumnFacts[];
  /** One for each file. */
  readonly profiles: readonly Profile[];
  /** Texts of some rows, in the order of the columns; null for no value. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Times that every row may be read. The last one reads all, whatever does not fit. */
const profilesMost = 6;
/** Rows of a file that do not fit, before the types are guessed again. */
const misfitsMost = 20_000;
/** Rows that are kept as texts, of all files together. */
const rowsKept = 50_000;

/** What is known of columns beside their values, by their headers. */
export type KnownColumns = ReadonlyMap<string, KnownColumn>;

export async function settleTypes(
  readers: readonly FileReader[],
  columns: readonly UnitedColumn[],
  known: KnownColumns,
): Promise<Settled> {
  const samples = columns.map((column) => mergedSample(column, readers));
  const { guesses: first, hints } = guessColumns(samples);
  const knownGuess = (c: number) => known.get(columns[c].headers[0])?.guess ?? null;
  let guesses = first.map((guess, c) => knownGuess(c) ?? guess);
  const profiles = await untilSettled({
    profile: async (limit) => {
      const read: Profile[] = [];
      for (const [f, reader] of readers.entries()) {
        const ofFile = ofFields(columns, guesses, f, reader.exploration.fieldCount);
        read.push(await reader.profile(ofFile, { rowsKept: Math.ceil(rowsKept / readers.length), ...limit }));
      }
      return read;
    },
    learn: (read) => {
      const guessed = guessAgain(columns, samples, guesses, hints, readers, read);
      const again = guessed.map((guess, c) => knownGuess(c) ?? guess);
      const settled = JSON.stringify(again) === JSON.stringify(guesses);
      guesses = again;
      return !settled;
    },
    isComplete: (read) => read.every(({ complete }) => complete),
  });
  const facts = columns.map((column, c) => factsOf(column, guesses[c], readers, profiles));
  return { guesses, facts, profiles, rows: rowsOf(columns, profiles) };
}

/** One reading of all files with the types as they are guessed. */
interface Settling<Reading> {
  /** Reads the rows, up to the limit of those that do not fit. */
  profile(limit: { readonly misfitsMost?: number }): Promise<Reading>;
  /** Guesses again, with what did not fit. False if the types stay as they are. */
  learn(reading: Reading): boolean;
  /** True if all rows were read. */
  isComplete(reading: Reading): boolean;
}

/** Reads until the types hold what they can hold. Returns the last reading, which is of all rows. */
export async function untilSettled<Reading>({
  profile,
  learn,
  isComplete,
}: Settling<Reading>): Promise<Reading> {
  for (let times = 1; times < profilesMost; times++) {
    const reading = await profile({ misfitsMost });
    if (learn(reading)) continue;
    if (isComplete(reading)) return reading;
    // What is left does not fit any better: the last reading goes on in spite of it.
    break;
  }
  return profile({});
}

function mergedSample({ headers, fields }: UnitedColumn, readers: readonly FileReader[]): ColumnSample {
  const values = new Map<string, number>();
  let blanks = 0;
  readers.forEach(({ samples }, f) => {
    if (fields[f] < 0) return;
    const sample = samples[fields[f]];
    blanks += sample.blanks;
    for (const [text, count] of sample.values) values.set(text, (values.get(text) ?? 0) + count);
  });
  return { header: headers[0], values, blanks };
}

/** The guesses in the order of a file's fields. Fields of no column are read as texts. */
function ofFields(
  columns: readonly UnitedColumn[],
  guesses: readonly ColumnGuess[],
  f: number,
  fieldCount: number,
): ColumnGuess[] {
  const text: ColumnGuess = { type: 'text', options: {}, nulls: [], remarks: [] };
  const fields = Array.from({ length: fieldCount }, () => text);
  columns.forEach((column, c) => {
    if (column.fields[f] >= 0) fields[column.fields[f]] = guesses[c];
  });
  return fields;
}

/** Adds the texts that did not fit to the samples, and guesses the types of their columns again. */
function guessAgain(
  columns: readonly UnitedColumn[],
  samples: ColumnSample[],
  guesses: readonly ColumnGuess[],
  hints: GuessOptions,
  readers: readonly FileReader[],
  profiles: readonly Profile[],
): ColumnGuess[] {
  return columns.map(({ fields }, c) => {
    const values = new Map(samples[c].values);
    let added = 0;
    profiles.forEach(({ misfits }, f) => {
      if (fields[f] < 0) return;
      for (const [text, misfit] of misfits[fields[f]]) {
        if (text === '' || readers[f].isNoValue(text, fields[f], misfit)) continue;
        values.set(text, Math.max(misfit.rows, values.get(text) ?? 0));
        added++;
      }
    });
    if (added === 0) return guesses[c];
    samples[c] = { ...samples[c], values };
    return guessColumn(samples[c], hints);
  });
}

function factsOf(
  { fields }: UnitedColumn,
  guess: ColumnGuess,
  readers: readonly FileReader[],
  profiles: readonly Profile[],
): ColumnFacts {
  const ours = profiles.map(({ tallies: all, misfits, rows }, f) => {
    const field = fields[f];
    return { f, all: rows, tally: field < 0 ? null : all[field], misfits: field < 0 ? null : misfits[field] };
  });
  const tallies = ours.flatMap(({ tally }) => (tally === null ? [] : [tally]));
  const rows = ours.reduce((sum, { all, tally }) => sum + (tally?.rows ?? all), 0);
  const nulls = ours.reduce((sum, { all, tally }) => sum + (tally?.nulls ?? all), 0);
  const wrong = ours.flatMap(({ misfits, f }) =>
    [...(misfits ?? [])].filter(([text, misfit]) => !readers[f].isNoValue(text, fields[f], misfit)),
  );
  const kept = profiles.map((profile, f) => (fields[f] < 0 ? [] : profile.kept[fields[f]]));
  const inSeveral = profiles.length > 1 ? new Set(kept.flat().filter((text) => text !== null)).size : 0;
  const distinct = Math.max(inSeveral, ...tallies.map((tally) => tally.distinct.count));
  return {
    rows,
    nulls,
    distinct: Math.min(distinct, rows - nulls),
    distinctExact: tallies.length === 1 && tallies[0].distinct.isExact && readers[0].isReadWhole,
    least: extreme(
      tallies.map((tally) => tally.least),
      guess,
      -1,
    ),
    greatest: extreme(
      tallies.map((tally) => tally.greatest),
      guess,
      1,
    ),
    bytesMost: guess.type === 'text' ? Math.max(0, ...tallies.map((tally) => tally.bytesMost)) : null,
    misfits: wrong.slice(0, 20).map(([text, { line }]) => ({ text, line: line ?? 0 })),
    misfitRows: wrong.reduce((sum, [, { rows: times }]) => sum + times, 0),
  };
}

/** The least (-1) or the greatest (1) of the files' own. Dates and times compare as texts. */
function extreme(texts: readonly (string | null)[], { type }: ColumnGuess, side: 1 | -1): string | null {
  const present = texts.filter((text) => text !== null);
  const isNumber = ['smallint', 'integer', 'bigint', 'numeric', 'float8'].includes(type);
  const compare = (a: string, b: string) => (isNumber ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0);
  const best = present.reduce<string | null>(
    (far, text) => (far === null || side * compare(text, far) > 0 ? text : far),
    null,
  );
  // Midnight and whole seconds in UTC need no more words.
  return type === 'timestamp' ? (best?.replace(/(\.\d*?)0*\+00/, '$1').replace(/\.$/, '') ?? null) : best;
}

function rowsOf(columns: readonly UnitedColumn[], profiles: readonly Profile[]): (string | null)[][] {
  return profiles.flatMap(({ kept }, f) =>
    (kept[0] ?? []).map((_, row) =>
      columns.map(({ fields }) => (fields[f] < 0 ? null : kept[fields[f]][row])),
    ),
  );
}
