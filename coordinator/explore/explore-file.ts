/** Finds out how a file that no definition describes is read, with the reader of files that one describes. */
import { blanks } from '../../kernel/dialect/control.ts';
import { type Encoding, toUtf8, unitBytes } from '../../kernel/dialect/encodings.ts';
import { linesEnd } from '../../kernel/dialect/lines.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import type { FoundDialect, Remark } from '../../model/infer/contract.ts';
import type { Dialect } from '../../model/language/define.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Compression } from '../../platform/storage/unpack/index.ts';
import { type Readable, readContent, readRange } from '../detect/content.ts';
import type { Head } from '../detect/head.ts';
import { readHeadOf } from '../detect/read-layout.ts';
import { namedDelimiter } from '../detect/sniff-around.ts';
import { isAligned } from './aligned.ts';
import { isBlank, isStrict } from './cells.ts';
import type { ChosenForm } from './choose-form.ts';
import { chooseWithComments } from './choose-with-comments.ts';
import { exploreEncoding } from './explore-encoding.ts';
import { findNotes, type Notes } from './find-footer.ts';
import { findRows } from './find-rows.ts';
import type { Table } from './find-table.ts';
import { foreignArchive, foreignFormat } from './foreign-format.ts';

/** How a file is read, and what is known of its first rows. */
export interface Exploration extends FoundDialect {
  readonly compression: Compression | undefined;
  /** Records below the header that are not rows. */
  readonly moreHeaders: number;
  /** Nothing in the file decides whether the first record is a header. */
  readonly undecided: boolean;
  /** The first record of the table, for a question about it. */
  readonly firstRecord: readonly string[];
  /** Lines above the first row. */
  readonly linesAbove: number;
  /** Some of the first records take several lines. */
  readonly hasLongRecords: boolean;
}

const headBytes = 1024 * 1024;
const headBytesMost = 16 * 1024 * 1024;
/** Bytes at the end of a large file in which notes are looked for. */
export const footerBytesMost = 64 * 1024;
/** Bytes of a compressed file that is unpacked to its end for notes. */
const unpackedForNotesMost = 16 * 1024 * 1024;

export const blankRowsRemark: Remark = { kind: 'evidence', text: 'rows without any value are left out' };

/** `header`: set if a person has said whether there is one. Throws LF_INIT, LF_FILE_EMPTY, what unpacking throws. */
export async function exploreFile(
  file: Readable,
  { header }: { header?: boolean } = {},
): Promise<Exploration> {
  for (let length = headBytes; length <= headBytesMost; length *= 2) {
    const head = await readHeadOf(file, length).catch(refuseArchive);
    const found = exploreHead(head, header);
    if (found === null) continue;
    return withFooter({ ...found, compression: head.compression }, await notesOf(file, head, found));
  }
  throw new LandfallError('LF_INIT', { reason: `its first record is longer than ${headBytesMost} bytes` });
}

/** Notes below the table: how many lines, and the first. None is looked for in a zip file, which may have several tables. */
async function notesOf(
  file: Readable,
  { bytes, whole, compression }: Awaited<ReturnType<typeof readHeadOf>>,
  { dialect, fieldCount, linesAbove }: Omit<Exploration, 'compression'>,
): Promise<Notes | null> {
  const { encoding = 'utf-8', shortRows } = dialect;
  if (compression === 'zip' || shortRows === 'pad' || (!whole && unitBytes(encoding) !== 1)) return null;
  const tail = whole ? bytes : await tailOf(file, compression);
  if (tail === null) return null;
  const utf8 = toUtf8(tail, encoding);
  const from = linesEnd(utf8, whole ? linesAbove : 1, dialect.lineEnds === 'any');
  if (from === null) return null;
  return findNotes(utf8.subarray(from), dialect as KernelDialect, fieldCount);
}

/** The last bytes of the content; null if too much must be unpacked for them. */
async function tailOf(file: Readable, compression: Compression | undefined): Promise<Uint8Array | null> {
  if (compression === undefined)
    return readRange(file, Math.max(0, file.bytes - footerBytesMost), file.bytes);
  if (file.bytes > unpackedForNotesMost) return null;
  let tail: Uint8Array = new Uint8Array(0);
  for await (const { bytes } of readContent(file, compression))
    tail = Buffer.concat([tail, bytes]).subarray(-footerBytesMost);
  return tail;
}

function withFooter(exploration: Exploration, notes: Notes | null): Exploration {
  if (notes === null) return exploration;
  const { dialect, remarks } = exploration;
  const text = `the last ${notes.lines === 1 ? 'line is a note' : `${notes.lines} lines are notes`}, left out of every file: ${JSON.stringify(notes.first)}`;
  return {
    ...exploration,
    dialect: { ...dialect, skipFooterLines: notes.lines },
    remarks: [...remarks, { kind: 'check', text }],
  };
}

/** Says what a zip file is that contains no table. */
function refuseArchive(error: unknown): never {
  const { code, message } = error as LandfallError;
  const reason = code === 'LF_ZIP_EMPTY' ? foreignArchive(message) : null;
  throw reason === null ? error : new LandfallError('LF_INIT', { reason });
}

/** What the first bytes of a file show; null if more of them are needed. Throws LF_INIT. */
export function exploreHead(
  { name, bytes, whole }: Head,
  saidHeader?: boolean,
): Omit<Exploration, 'compression'> | null {
  if (bytes.length === 0) throw new LandfallError('LF_INIT', { reason: 'it is empty' });
  const foreign = foreignFormat(bytes);
  if (foreign !== null) throw new LandfallError('LF_INIT', { reason: foreign });
  const { encoding, bomBytes, remarks: ofEncoding } = exploreEncoding({ name, bytes, whole });
  const utf8 = toUtf8(whole ? bytes.subarray(bomBytes) : wholeUnits(bytes.subarray(bomBytes)), encoding);
  const named = namedDelimiter(utf8);
  const from = named === null ? 0 : (linesEnd(utf8, 1, true) ?? 0);
  const body = utf8.subarray(from);
  const { chosen, comment, remarks: ofForm } = chooseWithComments(body, whole, named);
  const found = findRows(body, whole, { ...chosen.form, comment }, saidHeader);
  if (found === null) {
    if (!whole) return null;
    throw new LandfallError('LF_INIT', { reason: 'it has no record' });
  }
  const { form, records, table, headerLines } = found;
  if (isAligned(records, form.delimiter))
    throw new LandfallError('LF_INIT', {
      reason:
        'its fields seem to be aligned with runs of blanks: put one delimiter between them, for example with `tr -s " "`',
    });
  const rows = records.slice(table.skipped);
  const trim = form.trim || needsTrim(rows.map(({ fields }) => fields));
  const skipLines = linesAbove(records, table.skipped) + (named === null ? 0 : 1);
  const dialect = dialectOf(form, { encoding, comment, trim, skipLines, table, headerLines });
  const trimmed = (fields: readonly string[]) => (trim ? fields.map((text) => text.trim()) : fields);
  return {
    dialect,
    header: table.header && trimmed(namesOf(table)),
    fieldCount: table.fieldCount,
    remarks: [
      ...ofEncoding,
      ...(named === null ? [] : [evidence('the first line names the delimiter')]),
      ...ofForm,
      ...(form.delimiter === blanks ? [evidence('runs of blanks separate the fields')] : []),
      ...table.remarks,
      ...(form.blankRows === 'skip' ? [blankRowsRemark] : []),
    ],
    moreHeaders: table.moreHeaders,
    undecided: table.undecided,
    firstRecord: rows[0].fields,
    linesAbove: skipLines + headerLines,
    hasLongRecords: rows.some(({ fields }) => fields.some((text) => text.includes('\n'))),
  };
}

function evidence(text: string): Remark {
  return { kind: 'evidence', text };
}

/** Bytes up to the last line end, so that no character is cut. */
function wholeUnits(bytes: Uint8Array): Uint8Array {
  const lf = bytes.lastIndexOf(0x0a);
  return lf < 0 ? bytes.subarray(0, bytes.length & ~1) : bytes.subarray(0, (lf + 2) & ~1);
}

/** Blanks around numbers and times would make texts of them. */
function needsTrim(rows: readonly (readonly string[])[]): boolean {
  let padded = 0;
  let fields = 0;
  for (const row of rows)
    for (const text of row) {
      if (text === '') continue;
      fields++;
      if (text[0] !== ' ' && text.at(-1) !== ' ' && text[0] !== '\t' && text.at(-1) !== '\t') continue;
      padded++;
      if (isStrict(text) || isBlank(text)) return true;
    }
  return padded > fields / 20;
}

function linesAbove(records: readonly { readonly lines: number }[], skipped: number): number {
  return records.slice(0, skipped).reduce((sum, { lines }) => sum + lines, 0);
}

/** The dialect as a definition says it, without members that are the default. */
function dialectOf(
  { delimiter, quote, escape: mark, lineEnds, blankRows }: ChosenForm['form'],
  found: {
    encoding: Encoding;
    comment: string | null;
    trim: boolean;
    skipLines: number;
    table: Table;
    headerLines: number;
  },
): Dialect {
  const { encoding, comment, trim, table } = found;
  const isByName = table.header !== null && table.byName;
  // A header that does not fit the rows is left out as lines above them.
  const skipLines = found.skipLines + (isByName ? 0 : found.headerLines);
  return {
    delimiter,
    ...(quote !== '"' && { quote }),
    ...((mark ?? null) !== null && { escape: mark }),
    ...(!isByName && { header: false }),
    ...(trim && { trim }),
    ...(lineEnds === 'any' && { lineEnds }),
    ...(comment !== null && { comment }),
    ...(skipLines > 0 && { skipLines }),
    ...(isByName && table.headerRows > 1 && { headerRows: table.headerRows }),
    ...(table.shortRows !== 'reject' && { shortRows: table.shortRows }),
    ...(table.longRows !== 'reject' && { longRows: table.longRows }),
    ...(blankRows === 'skip' && { blankRows }),
    ...(encoding !== 'utf-8' && { encoding }),
  };
}

/** The names in the order of the fields. A header that lacks one name lacks that of the first column, as R writes it. */
function namesOf({ header, byName, fieldCount }: Table): readonly string[] {
  const names = header ?? [];
  if (byName) return names;
  if (names.length > fieldCount) return names.filter((text) => !isBlank(text));
  const lacking = Array.from({ length: Math.max(0, fieldCount - names.length) }, () => '');
  return lacking.length === 1 ? [...lacking, ...names] : [...names, ...lacking];
}
