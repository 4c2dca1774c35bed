/** Finds notes below a table: lines at the end of a file that are not rows. */
import { blanks } from '../../kernel/dialect/control.ts';
import type { HeadRecord } from '../../kernel/dialect/header.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import { firstRecords } from '../detect/first-records.ts';
import { isBlank, isStrict, namesTotals } from './cells.ts';

/** How notes begin, or what they count, where nothing else sets them apart. */
const noteWords =
  /^\s*(\*|\(|©|copyright|sources?\b|notes?\b|footnotes?\b|total\b.*\b(rows|records|lines)|end of\b|generated\b|exported\b|printed\b|quellen?\b|hinweise?\b|stand:|fuentes?\b|notas?\b|примечани|источник)|^\s*\d+ (rows|records|lines|zeilen)\b/iu;

/** At least three words. */
const sentence = /\S\s+\S+\s+\S/;

/** Records by which rows are told from lines of words, and the share of numbers or times in a column of them. */
const rowsLooked = 200;
const strictShare = 0.7;

/** More records than this are hardly notes. */
const notesMost = 40;

export interface Notes {
  readonly lines: number;
  /** How the first one begins. */
  readonly first: string;
}

/** Notes at the end of `utf8`, which begins with a record; null without any. `width`: fields of a row. */
export function findNotes(utf8: Uint8Array, dialect: KernelDialect, width: number): Notes | null {
  const form = { ...dialect, quote: dialect.quote === undefined ? '"' : dialect.quote };
  const records = firstRecords(utf8, form, { whole: true, most: Number.POSITIVE_INFINITY });
  const count = footerRecords(form.delimiter === blanks ? withLines(records, width) : records, width);
  if (count === 0) return null;
  const rest = Buffer.from(utf8.subarray(records.at(-count - 1)!.bytes)).toString();
  const lines = rest.split(/\r\n|\n|\r/);
  const first = lines.find((line) => line.trim() !== '') ?? '';
  return { lines: lines.length - (lines.at(-1) === '' ? 1 : 0), first: first.slice(0, 60) };
}

/**
 * Records of a table between blanks, with lines of words in one field: blanks cut these as they cut rows. A row is as
 * long as most, and has numbers or times where most have them.
 */
function withLines(records: readonly HeadRecord[], width: number): readonly HeadRecord[] {
  const rows = records.slice(0, rowsLooked).filter(({ fields }) => fields.length === width);
  const isStrictColumn = (c: number) =>
    rows.filter(({ fields }) => isStrict(fields[c])).length > strictShare * rows.length;
  const strict = Array.from({ length: width }, (_, c) => c).filter(isStrictColumn);
  const isRow = ({ fields }: HeadRecord) =>
    fields.length === width && strict.some((c) => isStrict(fields[c]));
  return records.map((record) => (isRow(record) ? record : { ...record, fields: [record.fields.join(' ')] }));
}

/**
 * How many of the last records are notes; 0 if none is. `width`: fields of a row. A short record that nothing sets
 * apart is a row that is cut, not a note.
 */
export function footerRecords(records: readonly HeadRecord[], width: number): number {
  if (width < 2) return 0;
  if (isTrailer(records, width)) return 1;
  let count = 0;
  while (count < Math.min(notesMost, records.length - 1) && mayBeNote(records.at(-count - 1)!, width))
    count++;
  // Of records that may be notes, the first one that is set apart begins them.
  for (; count > 0; count--) {
    const from = records.length - count;
    if (isSetApart(records[from]) || (count > 1 && areProse(records.slice(from), width))) return count;
  }
  return 0;
}

/** Rows from which on a short record that says how many there are is no row. */
const countedLeast = 5;

/**
 * True if the last record is shorter than a row, and adds up the rows or counts them, as `T,orders,2093` does below
 * 2,093 rows. The count may include a record above the rows, and this one.
 */
function isTrailer(records: readonly HeadRecord[], width: number): boolean {
  const last = records.at(-1);
  if (last === undefined || last.quotedFields > 0 || records.length < 2) return false;
  const { fields } = last;
  if (fields.length >= width || records.at(-2)!.fields.length !== width) return false;
  // Between blanks, a short record comes as one field.
  const texts = fields.length === 1 ? fields[0].trim().split(/\s+/) : fields;
  if (namesTotals(texts[0]))
    return texts.length > 1 && texts.slice(1).every((text) => isStrict(text) || isBlank(text));
  const rows = records.length - 1;
  const isCount = (text: string) => [rows, rows + 1, rows + 2].includes(Number(text.trim() || Number.NaN));
  return rows >= countedLeast && fields.length > 1 && fields.length <= width - 2 && fields.some(isCount);
}

/** Hardly filled, with words. */
function mayBeNote({ fields }: HeadRecord, width: number): boolean {
  const filled = fields.filter((text) => !isBlank(text));
  if (filled.length === 0 || isRule(fields)) return true;
  if (isBlank(fields[0]) || isStrict(fields[0])) return false;
  // A sentence may have delimiters in it.
  const isSentence =
    fields.length < width && (/\S\s+\S/.test(fields[0].trim()) || fields.some((text) => sentence.test(text)));
  if (!isSentence && filled.length > Math.max(1, width / 5)) return false;
  return /\p{L}{2}/u.test(fields[0]);
}

/** One field of signs alone, as `//` or `-----`. */
function isRule(fields: readonly string[]): boolean {
  return fields.length === 1 && /^[^\p{L}\p{N}"']{2,}$/u.test(fields[0].trim());
}

/** Blank lines stand above it, or it begins as notes do. */
function isSetApart({ fields, lines }: HeadRecord): boolean {
  const within = fields.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
  return fields.every(isBlank) || isRule(fields) || lines - within > 1 || noteWords.test(fields[0]);
}

/** Several records, none as long as a row, with sentences. */
function areProse(records: readonly HeadRecord[], width: number): boolean {
  return records.every(({ fields }) => fields.length < width && sentence.test(fields.join(' ')));
}
