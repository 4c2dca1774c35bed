/**
 * Settles what a definition leaves to the file (`auto`): delimiter, quote, escape, line ends, header. Simple
 * and in the open: every candidate reads the first records, and the one whose reading fits best is taken.
 * Where two fit alike and read differently, the file is refused rather than guessed at.
 */
import { type HeadRecord, readRecord } from '../kernel/header.ts';
import { linesEnd } from '../kernel/lines.ts';
import { dialectFault } from '../kernel/machine.ts';
import type { KernelDialect } from '../kernel/types.ts';
import type { CompiledDataset, CompiledDialect } from '../model/compiled.ts';
import { matchHeader } from '../model/header.ts';
import { LandfallError } from '../platform/errors.ts';

const delimiters = [',', ';', '\t', '|'] as const;
const quotes = ['"', "'", null] as const;

/** Records looked at. */
const recordsLooked = 30;

/** Characters of a record that an error shows. */
const shownCharacters = 60;

const LF = 0x0a;
const CR = 0x0d;
const BACKSLASH = 0x5c;

/** The first bytes of a file, as UTF-8 without a byte order mark. */
export interface HeadText {
  readonly name: string;
  readonly utf8: Uint8Array;
  readonly whole: boolean;
}

/** One way to read the file. */
export interface Reading {
  readonly dialect: KernelDialect;
  /** The first record begins there, after the preamble. */
  readonly from: number;
  readonly hasHeader: boolean;
  readonly records: readonly HeadRecord[];
  /** The larger, the better it fits; the first difference decides. */
  readonly rank: readonly number[];
}

/**
 * The reading that fits best, or null when `text` holds no whole record of any. Throws
 * LF_DIALECT_AMBIGUOUS.
 */
export function settleReading(
  dataset: CompiledDataset,
  dialect: CompiledDialect,
  text: HeadText,
): Reading | null {
  const readings: Reading[] = [];
  for (const form of candidates(dialect, text.utf8)) {
    const reading = readWith(dataset, dialect, form, text);
    if (reading !== null) readings.push(reading);
  }
  if (readings.length === 0) return null;
  const best = readings.reduce((a, b) => (compare(b.rank, a.rank) > 0 ? b : a));
  const alike = readings.filter((reading) => compare(reading.rank, best.rank) === 0);
  const different = new Map(alike.map((reading) => [JSON.stringify(textsOf(reading)), reading]));
  // A file of one column gets the first candidate, whose delimiter never occurs in it.
  if (different.size === 1 || best.records[0].fields.length === 1) return alike[0];
  const ways = describe([...different.values()]);
  throw new LandfallError('LF_DIALECT_AMBIGUOUS', { file: text.name, candidates: ways });
}

/** Every dialect that the definition leaves open, the likeliest first. */
function candidates(dialect: CompiledDialect, utf8: Uint8Array): KernelDialect[] {
  const { delimiter, quote, escape: mark, lineEnds } = dialect;
  const open = {
    delimiters: delimiter === 'auto' ? delimiters : [delimiter],
    quotes: quote === 'auto' ? quotes : [quote],
    escapes: mark !== 'auto' ? [mark] : hasEscapedQuote(utf8) ? ([null, '\\'] as const) : [null],
    lineEnds: lineEnds !== 'auto' ? [lineEnds] : hasLoneCr(utf8) ? (['lf', 'any'] as const) : ['lf' as const],
  };
  const { trim, comment, shortRows, longRows } = dialect;
  const rest = { trim, comment, shortRows, longRows };
  return open.lineEnds
    .flatMap((ends) =>
      open.delimiters.flatMap((one) =>
        open.quotes.flatMap((character) =>
          open.escapes.map((sign) => ({
            ...{ ...rest, delimiter: one, quote: character, escape: sign, lineEnds: ends },
          })),
        ),
      ),
    )
    .filter((form) => dialectFault(form) === null);
}

/** True where a backslash stands before a quote: only there does an escape that nobody named show. */
function hasEscapedQuote(utf8: Uint8Array): boolean {
  const marks = quotes.map((character) => character?.charCodeAt(0));
  for (let at = utf8.indexOf(BACKSLASH); at >= 0; at = utf8.indexOf(BACKSLASH, at + 1)) {
    if (marks.includes(utf8[at + 1])) return true;
  }
  return false;
}

/** True where a CR has no LF after it. One at the very end may have it in the bytes that follow. */
function hasLoneCr(utf8: Uint8Array): boolean {
  for (let at = utf8.indexOf(CR); at >= 0 && at + 1 < utf8.length; at = utf8.indexOf(CR, at + 1)) {
    if (utf8[at + 1] !== LF) return true;
  }
  return false;
}

function readWith(
  dataset: CompiledDataset,
  dialect: CompiledDialect,
  form: KernelDialect,
  { utf8, whole }: HeadText,
): Reading | null {
  const from = linesEnd(utf8, dialect.skipLines, form.lineEnds === 'any');
  if (from === null) return null;
  const records: HeadRecord[] = [];
  for (let at = from; records.length < recordsLooked; at = records.at(-1)!.bytes) {
    const record = readRecord(utf8, at, form, whole);
    if (record === null) break;
    records.push(record);
  }
  if (records.length === 0) return null;
  const { fields } = records[0];
  const byName = dialect.header !== false && fitsHeader(dataset, fields);
  const byPosition = dialect.header !== true && fields.length === dataset.columns.length;
  const regular = records.filter((record) => record.fields.length === fields.length).length;
  const quotedFields = records.reduce((sum, record) => sum + record.quotedFields, 0);
  // Single quotes that quote nothing here are apostrophes in what follows.
  if (dialect.quote === 'auto' && form.quote === "'" && quotedFields === 0) return null;
  const rank = [
    byName ? 2 : byPosition ? 1 : 0,
    -records.filter((record) => record.badQuote || record.wrappedFields > 0).length,
    fields.length === 1 ? 0 : regular,
    fields.length,
    regular,
    quotedFields,
    form.escape === null ? 1 : 0,
    form.lineEnds === 'lf' && utf8.includes(LF) ? 1 : 0,
  ];
  const hasHeader = dialect.header === 'auto' ? byName || !byPosition : dialect.header;
  return { dialect: form, from, hasHeader, records, rank };
}

function fitsHeader(dataset: CompiledDataset, fields: readonly string[]): boolean {
  try {
    matchHeader(dataset, fields, fields.length);
    return true;
  } catch {
    return false;
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  const different = a.findIndex((value, i) => value !== b[i]);
  return different < 0 ? 0 : a[different] - b[different];
}

function textsOf({ records }: Reading): string[][] {
  return records.map((record) => record.fields);
}

/** Each way by what only some of them have, and the first record after the header as it reads it. */
function describe(readings: readonly Reading[]): string {
  const dialects = readings.map((reading) => reading.dialect);
  const differs = (name: keyof KernelDialect) => new Set(dialects.map((dialect) => dialect[name])).size > 1;
  const ways = readings.map(({ dialect, records }) => {
    const said = [
      differs('delimiter') && `${shown(dialect.delimiter)} between the fields`,
      differs('quote') && `${shown(dialect.quote)} as quote`,
      differs('escape') && `${shown(dialect.escape ?? null)} as escape`,
      differs('lineEnds') && `${dialect.lineEnds === 'any' ? 'any line end' : 'LF'} after records`,
    ];
    const fields = (records[1] ?? records[0]).fields.map((field) => JSON.stringify(field)).join(' ');
    const text = fields.length > shownCharacters ? `${fields.slice(0, shownCharacters)}…` : fields;
    return `with ${said.filter(Boolean).join(', ')} a record is ${text}`;
  });
  return ways.join('; ');
}

function shown(character: string | null): string {
  return character === null ? 'nothing' : character === '\t' ? 'tab' : `'${character}'`;
}
