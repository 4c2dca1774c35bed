/** Guesses the type of a column from its values, and says why. */
import { columnTypes, type TypeName, typeNames } from '../../types/column-types.ts';
import type { ColumnGuess, ColumnSample, Remark } from '../contract.ts';
import { ColumnValues, type GuessOptions } from './column-values.ts';
import { looksNull } from './null-words.ts';
import { check, evidence, type Objection, type Proposal, shown, shownSome } from './proposal.ts';

export type { GuessOptions } from './column-values.ts';

/** A guess, and what its values show of the file's way to write numbers and days. */
export interface ShowingGuess {
  readonly guess: ColumnGuess;
  readonly shows: NonNullable<Proposal['shows']>;
}

/**
 * The type that holds every value: the first, in the order of column-types.ts, that reads all values which do not look
 * like null. If none does, the one that reads nearly all, if the others are few and look like no value.
 */
export function guessColumn(sample: ColumnSample, options: GuessOptions = {}): ColumnGuess {
  return guessShowing(sample, options).guess;
}

export function guessShowing(sample: ColumnSample, options: GuessOptions = {}): ShowingGuess {
  const [present, nullish] = parted(sample.values);
  const values = new ColumnValues(sample.header, present, options);
  if (present.size === 0) return empty(sample, nullish, options);
  const near: Candidate[] = [];
  const objections: Objection[] = [];
  for (const type of typeNames) {
    const verdict = columnTypes[type].propose?.(values) ?? null;
    if (verdict === null) continue;
    if ('because' in verdict) objections.push(verdict);
    else if (verdict.misfits.length === 0 && type !== 'text')
      return typed(type, verdict, nullish, [], [], []);
    else if (type !== 'text') near.push({ type, proposal: verdict, rows: values.rowsOf(verdict.misfits) });
  }
  const best = near.sort((a, b) => a.rows - b.rows)[0];
  if (best !== undefined && objections.length === 0) {
    const accepted = acceptMisfits(best, values);
    if (accepted !== null) {
      return typed(best.type, best.proposal, nullish, accepted.words, accepted.rare, accepted.remarks);
    }
  }
  return asText(values, nullish, best, objections);
}

type Counts = ReadonlyMap<string, number>;

/** The values without those that look like null, and those. */
function parted(all: Counts): readonly [present: Counts, nullish: Counts] {
  const nullish = new Map<string, number>();
  for (const [text, rows] of all) if (looksNull(text)) nullish.set(text, rows);
  if (nullish.size === 0) return [all, nullish];
  const present = new Map(all);
  for (const text of nullish.keys()) present.delete(text);
  return [present, nullish];
}

interface Candidate {
  readonly type: TypeName;
  readonly proposal: Proposal;
  /** Rows that it does not read. */
  readonly rows: number;
}

/** Words that stand for no value: how many there may be, how long, and in what share of the rows. */
const words = { most: 3, lengthMost: 20, shareMost: 0.2, readRowsLeast: 10 };
/** Values that do not fit and are rejected: of so many rows at least, at most this share and number. */
const rareValues = { ofRows: 50, shareMost: 0.005, rowsMost: 10 };

/** Splits what a type does not read into words that mean null and values to be rejected; null if it is too much. */
function acceptMisfits({ type, proposal, rows }: Candidate, values: ColumnValues) {
  const { misfits } = proposal;
  if (misfits.length > words.most + rareValues.rowsMost) return null;
  const rowsOf = (text: string) => values.counts.get(text)!;
  // A third truth value is a value.
  const isWord = (text: string) =>
    type !== 'boolean' &&
    rowsOf(text) >= 2 &&
    text.length <= words.lengthMost &&
    /^[^\d\n]*\p{L}[^\d\n]*$/u.test(text);
  if (rows > values.rows * words.shareMost) return null;
  const nulls = misfits.filter(isWord);
  const rare = misfits.filter((text) => !isWord(text));
  if (nulls.length > words.most || values.rows - rows < words.readRowsLeast) return null;
  if (rare.length > 0 && isWhole(type) && areCodes(values)) return null;
  const rareRows = values.rowsOf(rare);
  const few = Math.min(rareValues.rowsMost, Math.max(1, values.rows * rareValues.shareMost));
  if (rare.length > 0 && (values.rows < rareValues.ofRows || rareRows > few)) return null;
  const remarks: Remark[] = [];
  if (nulls.length > 0) {
    remarks.push(check(`${listed(nulls, values.counts)} taken to mean no value`));
  }
  if (rare.length > 0) {
    remarks.push(check(`does not read ${shownSome(rare)}: rejected in ${counted(rareRows)}`));
  }
  return { words: nulls, rare, remarks };
}

function isWhole(type: TypeName): boolean {
  return type === 'smallint' || type === 'integer' || type === 'bigint';
}

/** Characters from which on texts that are all equally long are codes, not numbers. */
const codeLengthLeast = 5;

function areCodes({ counts }: ColumnValues): boolean {
  const lengths = new Set([...counts.keys()].map((text) => text.length));
  const [length] = lengths;
  return lengths.size === 1 && length >= codeLengthLeast;
}

function typed(
  type: TypeName,
  { options, digits, remarks, shows = {} }: Proposal,
  nullish: ReadonlyMap<string, number>,
  words: readonly string[],
  rare: readonly string[],
  more: readonly Remark[],
): ShowingGuess {
  const nulls = [...nullish.keys()];
  const meaning = nulls.length === 0 ? [] : [evidence(`${listed(nulls, nullish)} null`)];
  const guess: ColumnGuess = {
    type,
    ...(digits !== undefined && { digits }),
    options,
    nulls: [...nulls, ...words],
    remarks: [...remarks, ...meaning, ...more],
    misfits: rare,
  };
  return { guess, shows };
}

/** `'NA' in 2 rows, '-' in 1 row: ` */
function listed(texts: readonly string[], counts: ReadonlyMap<string, number>): string {
  const some = texts.slice(0, 5).map((text) => `${shown(text)} in ${counted(counts.get(text) ?? 0)}`);
  const more = texts.length > 5 ? [`${texts.length - 5} more`] : [];
  return `${[...some, ...more].join(', ')}:`;
}

function counted(rows: number): string {
  return `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`;
}

function plainText(nulls: readonly string[], remarks: readonly Remark[]): ShowingGuess {
  return { guess: { type: 'text', options: {}, nulls, remarks, misfits: [] }, shows: {} };
}

/** In texts, what looks like null is kept, except what only the dump of a database writes. */
function textNulls(nullish: ReadonlyMap<string, number>, { dump = false }: GuessOptions) {
  const nulls = dump && nullish.has('\\N') ? ['\\N'] : [];
  const kept = [...nullish.keys()].filter((text) => !nulls.includes(text) && text.trim() !== '');
  const remarks: Remark[] = [];
  if (nulls.length > 0)
    remarks.push(evidence(`${listed(nulls, nullish)} null, as in the dump of a database`));
  if (kept.length > 0) remarks.push(check(`${listed(kept, nullish)} kept, may mean no value`));
  return { nulls, remarks };
}

function empty(
  { blanks }: ColumnSample,
  nullish: ReadonlyMap<string, number>,
  options: GuessOptions,
): ShowingGuess {
  const { nulls, remarks } = textNulls(nullish, options);
  let rows = blanks;
  for (const count of nullish.values()) rows += count;
  return plainText(nulls, [evidence(`no value in ${counted(rows)}`), ...remarks]);
}

function asText(
  values: ColumnValues,
  nullish: ReadonlyMap<string, number>,
  best: Candidate | undefined,
  objections: readonly Objection[],
): ShowingGuess {
  const { nulls, remarks } = textNulls(nullish, values.hints);
  const why = objections.length > 0 ? objections[0].because : whyText(values, best);
  return plainText(nulls, why === null ? remarks : [why, ...remarks]);
}

/** What keeps a column from being of a stricter type; null if it is text anyway. */
function whyText(values: ColumnValues, best: Candidate | undefined): Remark | null {
  const padded = [...values.counts.keys()].find((text) => text !== text.trim());
  if (padded !== undefined) {
    const trimmed = new Map<string, number>();
    for (const [text, rows] of values.counts) {
      const inner = text.trim();
      trimmed.set(inner, rows + (trimmed.get(inner) ?? 0));
    }
    const sample = { header: values.header, values: trimmed, blanks: 0 };
    const { type, misfits = [] } = guessColumn(sample, values.hints);
    if (type !== 'text' && misfits.length === 0) {
      return check(`${type} but for the spaces around ${shown(padded)}`);
    }
  }
  if (best === undefined) return null;
  return check(`${best.type} but for ${shownSome(best.proposal.misfits)}: ${counted(best.rows)}`);
}
