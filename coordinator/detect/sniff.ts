/**
 * Settles what a definition leaves to the file (`auto`): delimiter, quote, escape, line ends, header, and
 * what is around the records (sniff-around.ts). Every candidate reads the first records, and the reading that
 * fits best is taken. When two readings differ and fit equally well, the file is refused: nothing is guessed.
 */
import { BACKSLASH, blanks, CR, LF } from '../../kernel/dialect/control.ts';
import type { HeadRecord } from '../../kernel/dialect/header.ts';
import { joinHeader } from '../../kernel/dialect/join-header.ts';
import { linesEnd } from '../../kernel/dialect/lines.ts';
import { dialectFault } from '../../kernel/dialect/machine.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import type { CompiledDataset, CompiledDialect } from '../../model/compiled.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { firstRecords } from './first-records.ts';
import {
  commentMark,
  findMarked,
  type HeadText,
  hasMarkedLine,
  lineAt,
  markedLines,
  mayNameColumns,
  namedDelimiter,
  namesColumns,
  preambleLines,
} from './sniff-around.ts';

/** One way to read the file. */
export interface Reading {
  readonly dialect: KernelDialect;
  /** Lines of the preamble. */
  readonly skipLines: number;
  /** Offset at which they end. */
  readonly from: number;
  readonly hasHeader: boolean;
  readonly records: readonly HeadRecord[];
  /** The larger, the better the fit; the first difference decides. */
  readonly rank: readonly number[];
}

const delimiters = [',', ';', '\t', '|', blanks] as const;
const quotes = ['"', "'", null] as const;

/** Records that are read when there are several ways to read them. */
const recordsLooked = 30;

/** Characters of a record that an error shows. */
const shownCharacters = 60;

/**
 * The reading that fits best; null when `text` has no whole record in any reading. Throws
 * LF_DIALECT_AMBIGUOUS.
 */
export function settleReading(
  dataset: CompiledDataset,
  dialect: CompiledDialect,
  text: HeadText,
): Reading | null {
  const sniffer = new Sniffer(dataset, dialect, text);
  const fromTop = sniffer.readings(sniffer.top);
  const readings = bySigns([...fromTop, ...sniffer.readingsBelowPreamble(fromTop)]);
  if (readings.length === 0) return null;
  const ofForms = bestOfForms(readings);
  const best = ofForms.reduce((a, b) => (compare(b.rank, a.rank) > 0 ? b : a));
  const alike = ofForms.filter((reading) => compare(reading.rank, best.rank) === 0);
  const different = new Map(alike.map((reading) => [JSON.stringify(textsOf(reading)), reading]));
  // A file of one column is read with the first candidate that splits fewest of its records.
  if (different.size > 1 && best.records[0].fields.length > 1)
    sniffer.refuse(describe([...different.values()]));
  const settled = sniffer.settleComment(readings, alike[0]);
  const rows = fromTop.find(
    (reading) => isSpaced(reading) === isSpaced(settled) && standAbove(reading, settled),
  );
  if (rows !== undefined) sniffer.refuse(describe([rows, settled]));
  return settled;
}

/** Texts contain blanks: they separate fields only if no other sign gives the columns, and they do. */
function bySigns(readings: readonly Reading[]): readonly Reading[] {
  const fits = ({ rank }: Reading) => rank[0] > 0;
  const signs = readings.filter((reading) => !isSpaced(reading));
  if (signs.length === 0) return readings;
  const spaced = readings.filter((reading) => isSpaced(reading) && fits(reading));
  return spaced.length > 0 && !signs.some(fits) ? spaced : signs;
}

function isSpaced({ dialect }: Reading): boolean {
  return dialect.delimiter === blanks;
}

/** True when there are records without a header above the settled ones, with as many fields each. */
function standAbove({ records, rank }: Reading, settled: Reading): boolean {
  if (rank[0] !== 1) return false;
  const above = records.filter(({ bytes }) => bytes < settled.records[0].bytes);
  const fieldCount = settled.records[0].fields.length;
  return above.length > 0 && above.every(({ fields }) => fields.length === fieldCount);
}

/** A name of the dialect, the same for readings that differ only in what they take for comments. */
function formName({ delimiter, quote, escape: mark, lineEnds }: KernelDialect): string {
  return JSON.stringify([delimiter, quote, mark, lineEnds]);
}

/** The best reading of each form. */
function bestOfForms(readings: readonly Reading[]): Reading[] {
  const best = new Map<string, Reading>();
  for (const reading of readings) {
    const name = formName(reading.dialect);
    const known = best.get(name);
    if (known === undefined || compare(reading.rank, known.rank) > 0) best.set(name, reading);
  }
  return [...best.values()];
}

/** Reads the first records of one file in every way that its definition allows. */
class Sniffer {
  /** Lines before the first one that may be a header or a record. */
  readonly top: number;
  private readonly dataset: CompiledDataset;
  private readonly dialect: CompiledDialect;
  private readonly text: HeadText;
  private readonly forms: readonly KernelDialect[];
  /** When the definition leaves nothing open, there is nothing to compare: one record is enough. */
  private readonly recordsMost: number;

  constructor(dataset: CompiledDataset, dialect: CompiledDialect, text: HeadText) {
    this.dataset = dataset;
    this.text = text;
    const named = dialect.skipLines === 'auto' ? namedDelimiter(text.utf8) : null;
    this.top = dialect.skipLines === 'auto' ? (named === null ? 0 : 1) : dialect.skipLines;
    this.dialect =
      named !== null && dialect.delimiter === 'auto' ? { ...dialect, delimiter: named } : dialect;
    this.forms = candidates(this.dialect, text.utf8);
    const settled =
      this.forms.length === 1 &&
      dialect.header === true &&
      dialect.skipLines !== 'auto' &&
      dialect.comment !== 'auto';
    this.recordsMost = settled ? 1 : recordsLooked;
  }

  readings(skipLines: number): Reading[] {
    return this.forms.flatMap((form) => this.read(form, skipLines) ?? []);
  }

  /** When no reading from the top names the columns: the readings from the first line that does. */
  readingsBelowPreamble(fromTop: readonly Reading[]): Reading[] {
    const { dataset, dialect, text, top } = this;
    if (dialect.skipLines !== 'auto' || dialect.header === false) return [];
    if (fromTop.some(({ rank }) => rank[0] === 2) || !mayNameColumns(dataset, text.utf8, 0)) return [];
    return this.forms.flatMap((form) => {
      const lines = preambleLines(dataset, form, text, top);
      return lines === null ? [] : (this.read(form, lines) ?? []);
    });
  }

  /**
   * Chooses between the readings of one dialect with and without comments. A line that may be a row is never
   * left out: marked lines before the first record are a preamble, and later ones are comments only when most
   * records are alike and no marked line is like them.
   */
  settleComment(readings: readonly Reading[], best: Reading): Reading {
    const { dialect, text } = this;
    const both = readings.filter((reading) => formName(reading.dialect) === formName(best.dialect));
    const [commented] = bestOfForms(both.filter((reading) => reading.dialect.comment !== null));
    if (dialect.comment !== 'auto' || commented === undefined) return best;
    let [plain = null] = bestOfForms(both.filter((reading) => reading.dialect.comment === null));
    if (plain !== null && plain.rank[0] > commented.rank[0]) return plain;
    if (plain === null || plain.rank[0] < commented.rank[0])
      plain = dialect.skipLines === 'auto' ? this.belowMarked(commented) : null;
    const { fields } = commented.records[0];
    const from = plain?.hasHeader === false ? plain.from : (plain ?? commented).records[0].bytes;
    const { row, other } = findMarked(text, commented.dialect, from, fields.length);
    if (plain !== null && other === null) return plain;
    if (row !== null) {
      const comment = other ?? lineAt(text.utf8, commented.from);
      this.refuse(`${comment} looks like a comment, ${row} like a record`);
    }
    const regular = commented.records.filter((record) => record.fields.length === fields.length).length;
    return 2 * regular > commented.records.length ? commented : (plain ?? commented);
  }

  /** The same without comments, from the first line that is not one: a header, or what may be a row. */
  private belowMarked({ dialect, skipLines, hasHeader, records }: Reading): Reading | null {
    const form = { ...dialect, comment: null };
    const fieldCount = hasHeader ? null : records[0].fields.length;
    return this.read(form, markedLines(this.text, form, skipLines, fieldCount));
  }

  refuse(candidates: string): never {
    throw new LandfallError('LF_DIALECT_AMBIGUOUS', { file: this.text.name, candidates });
  }

  /** Null when there is no whole record, or nobody can have meant this reading. */
  private read(form: KernelDialect, skipLines: number): Reading | null {
    const { dataset, dialect } = this;
    const { utf8, whole } = this.text;
    const from = linesEnd(utf8, skipLines, form.lineEnds === 'any');
    if (from === null) return null;
    const { headerRows } = dialect;
    const most = this.recordsMost + headerRows - 1;
    const read = firstRecords(utf8, form, { from, whole, most });
    if (read.length === 0 || (read.length < headerRows && !whole)) return null;
    const records = joinHeader(read, headerRows);
    const { fields } = records[0];
    const byName = dialect.header !== false && namesColumns(dataset, fields);
    const byPosition = dialect.header !== true && fields.length === dataset.columns.length;
    const regular = records.filter((record) => record.fields.length === fields.length).length;
    const quotedFields = records.reduce((sum, record) => sum + record.quotedFields, 0);
    // Single quotes that quote nothing here are apostrophes further on.
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
    return { dialect: form, skipLines, from, hasHeader, records, rank };
  }
}

/** Every dialect that the definition allows, the most likely first. */
function candidates(dialect: CompiledDialect, utf8: Uint8Array): KernelDialect[] {
  const { delimiter, quote, escape: mark, lineEnds, comment: begin } = dialect;
  const open = {
    delimiters: delimiter === 'auto' ? delimiters : [delimiter],
    quotes: quote === 'auto' ? quotes : [quote],
    escapes: mark !== 'auto' ? [mark] : hasEscapedQuote(utf8) ? ([null, '\\'] as const) : [null],
    lineEnds: lineEnds !== 'auto' ? [lineEnds] : hasLoneCr(utf8) ? (['lf', 'any'] as const) : ['lf' as const],
    comments: begin !== 'auto' ? [begin] : hasMarkedLine(utf8) ? [null, commentMark] : [null],
  };
  const { trim, shortRows, longRows, blankRows } = dialect;
  const rest = { trim, shortRows, longRows, blankRows };
  return open.comments
    .flatMap((comment) =>
      open.lineEnds.flatMap((ends) =>
        open.delimiters.flatMap((one) =>
          open.quotes.flatMap((character) =>
            open.escapes.map((sign) => ({
              ...{ ...rest, delimiter: one, quote: character, escape: sign, lineEnds: ends, comment },
            })),
          ),
        ),
      ),
    )
    .filter((form) => dialectFault(form) === null);
}

/** True when there is a backslash before a quote: only that shows an escape that the definition does not name. */
function hasEscapedQuote(utf8: Uint8Array): boolean {
  const marks = quotes.map((character) => character?.charCodeAt(0));
  for (let at = utf8.indexOf(BACKSLASH); at >= 0; at = utf8.indexOf(BACKSLASH, at + 1)) {
    if (marks.includes(utf8[at + 1])) return true;
  }
  return false;
}

/** True when there is a CR without an LF after it. After one at the very end, the LF may be in the next bytes. */
function hasLoneCr(utf8: Uint8Array): boolean {
  for (let at = utf8.indexOf(CR); at >= 0 && at + 1 < utf8.length; at = utf8.indexOf(CR, at + 1)) {
    if (utf8[at + 1] !== LF) return true;
  }
  return false;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const different = a.findIndex((value, i) => value !== b[i]);
  return different < 0 ? 0 : a[different] - b[different];
}

function textsOf({ records }: Reading): string[][] {
  return records.map((record) => record.fields);
}

/** Describes each reading by where it differs from the others, and by the first record after its header. */
function describe(readings: readonly Reading[]): string {
  const dialects = readings.map((reading) => reading.dialect);
  const differs = (name: keyof KernelDialect) => new Set(dialects.map((dialect) => dialect[name])).size > 1;
  const headers = new Set(readings.map(({ hasHeader, skipLines }) => (hasHeader ? skipLines : -1)));
  const ways = readings.map(({ dialect, records, hasHeader, skipLines }) => {
    const said = [
      differs('comment') && `${shown(dialect.comment ?? null)} before comments`,
      headers.size > 1 && (hasHeader ? `the header in line ${skipLines + 1}` : 'no header'),
      differs('delimiter') && `${shown(dialect.delimiter)} between the fields`,
      differs('quote') && `${shown(dialect.quote)} as quote`,
      differs('escape') && `${shown(dialect.escape ?? null)} as escape`,
      differs('lineEnds') && `${dialect.lineEnds === 'any' ? 'any line end' : 'LF'} after records`,
    ];
    const shownRecord = records[hasHeader ? 1 : 0] ?? records[0];
    const fields = shownRecord.fields.map((field) => JSON.stringify(field)).join(' ');
    const text = fields.length > shownCharacters ? `${fields.slice(0, shownCharacters)}…` : fields;
    return `with ${said.filter(Boolean).join(', ')} a record is ${text}`;
  });
  return ways.join('; ');
}

function shown(character: string | null): string {
  return character === null ? 'nothing' : character === '\t' ? 'tab' : `'${character}'`;
}
