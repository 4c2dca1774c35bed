/** Settles how one file is read, from its first bytes: encoding, dialect, header, the field of each column. */
import { blanks } from '../../kernel/dialect/control.ts';
import { createTranscoder, originalBytes, toUtf8 } from '../../kernel/dialect/encodings.ts';
import type { HeadRecord } from '../../kernel/dialect/header.ts';
import { fieldsMost } from '../../kernel/plan.ts';
import type { CompiledDataset, CompiledDialect } from '../../model/compiled.ts';
import { driftOf, unknownFields } from '../../model/file/drift.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { compressionOf } from '../../platform/storage/unpack/index.ts';
import { correctionFields, exportDelimiter, guardedColumn, isAdded, matchData } from './added-columns.ts';
import { countWidths } from './first-records.ts';
import type { Head } from './head.ts';
import { settleJson } from './settle-json.ts';
import { settleReading } from './sniff.ts';
import type { HeadText } from './sniff-around.ts';
import { settleEncoding } from './sniff-encoding.ts';

/**
 * The layout; null when `head` ends before the first record does: call again with more bytes.
 * Throws LF_FILE_BINARY, LF_FILE_EMPTY, LF_FILE_ENCODING, LF_DIALECT_AMBIGUOUS, LF_HEADER,
 * LF_HEADER_WIDE.
 */
export function settleLayout(dataset: CompiledDataset, head: Head): FileLayout | null {
  refuseCompressed(head);
  if (dataset.format !== undefined) return settleJson(dataset, head);
  const dialect = dialectFor(dataset, head.bytes);
  const { encoding, bomBytes, detected } = settleEncoding(dialect.encoding, head);
  const text = textOf(head, encoding, bomBytes);
  const reading = settleReading(dataset, dialect, text);
  if (reading === null) {
    if (head.whole) throw new LandfallError('LF_FILE_EMPTY', { file: head.name });
    return null;
  }
  const [first] = reading.records;
  // The head may end between the two bytes of a line end.
  if (!head.whole && first.bytes === text.utf8.length) return null;
  if (first.fields.length > fieldsMost)
    throw new LandfallError('LF_HEADER_WIDE', {
      file: head.name,
      fields: first.fields.length,
      most: fieldsMost,
    });
  const corrections = correctionFields(first.fields);
  if (corrections && first.fields.some((field) => field.trim() === guardedColumn))
    throw new LandfallError('LF_CORRECTION_GUARDED', { file: head.name });
  // Without a header, the first record may be one that is too short.
  const { fields } = reading.hasHeader || corrections !== undefined ? first : usualRecord(reading.records);
  const header = reading.hasHeader || corrections !== undefined;
  const skipped = text.utf8.subarray(0, header ? first.bytes : reading.from);
  const found = [
    ...(detected ? ['encoding'] : []),
    ...(['delimiter', 'quote', 'escape', 'header', 'lineEnds', 'comment', 'skipLines'] as const).filter(
      (name) => dialect[name] === 'auto',
    ),
  ];
  const padded = !header && dialect.shortRows === 'pad' && fields.length > 1;
  const fieldCount = padded ? Math.max(fields.length, dataset.columns.length) : fields.length;
  const placed = [...fields, ...Array.from({ length: fieldCount - fields.length }, () => '')];
  const fieldOfColumn = matchData(dataset, placed, { header: reading.hasHeader });
  return {
    ...reading.dialect,
    encoding,
    ...(found.length > 0 && { detected: found }),
    headerBytes: bomBytes + originalBytes(skipped, encoding),
    headerLines: reading.skipLines + (header ? first.lines : 0),
    ...(dialect.skipLines === 'auto' && { skipLines: reading.skipLines }),
    ...(dialect.headerRows > 1 && { headerRows: dialect.headerRows }),
    header: header ? first.fields : [],
    fieldCount,
    fieldOfColumn,
    ...columnsBeside(dataset, fields, fieldOfColumn, reading.hasHeader),
    ...(corrections && { corrections }),
  };
}

/** The first of the records with as many fields as most have. */
function usualRecord(records: readonly HeadRecord[]): HeadRecord {
  const counts = countWidths(records);
  const most = Math.max(...counts.values());
  return records.find(({ fields }) => counts.get(fields.length) === most)!;
}

/** How the file's columns differ from those of the definition. */
function columnsBeside(
  dataset: CompiledDataset,
  fields: readonly string[],
  fieldOfColumn: readonly number[],
  hasHeader: boolean,
): Pick<FileLayout, 'drift' | 'extra'> {
  const texts = fields.map((field) => (isAdded(field) ? null : hasHeader ? field : ''));
  const drift = driftOf(dataset, texts, fieldOfColumn);
  const extra = dataset.drift.keep === null ? [] : unknownFields(texts, fieldOfColumn);
  return { ...(drift && { drift }), ...(extra.length > 0 && { extra }) };
}

function textOf({ name, bytes, whole }: Head, encoding: string, bomBytes: number): HeadText {
  const content = bytes.subarray(bomBytes);
  const utf8 = whole ? toUtf8(content, encoding) : createTranscoder(encoding).push(content);
  return { name, utf8, whole };
}

/** A file of corrected rows is as the export wrote it: UTF-8, with a header and nothing around the records. */
function dialectFor({ dialect }: CompiledDataset, bytes: Uint8Array): CompiledDialect {
  const exported = exportDelimiter(bytes);
  if (exported === null) return dialect;
  const { delimiter, header, lineEnds } = dialect;
  const isSame = delimiter === blanks ? /[ \t]/.test(exported) : delimiter.startsWith(exported);
  return {
    ...dialect,
    delimiter: isSame ? delimiter : exported,
    header: header === 'auto' ? true : header,
    lineEnds: lineEnds === 'auto' ? 'lf' : lineEnds,
    comment: null,
    skipLines: 0,
    headerRows: 1,
    skipFooterLines: 0,
    encoding: 'utf-8',
  };
}

/** A file that is still compressed after unpacking would only produce a million rejects. */
function refuseCompressed({ name, bytes }: Head): void {
  const what = compressionOf(bytes);
  if (what !== null) throw new LandfallError('LF_FILE_BINARY', { file: name, what });
}
