/**
 * The columns that `landfall rejects --export` adds to rejected records. By them a file of corrected rows is
 * recognised when it lands, and each of its rows says which reject it corrects.
 *
 * They stand before the original columns, so that they are found even in a row that has too many fields or too
 * few, or a quote that is never closed.
 */
import type { CompiledDataset } from '../../model/compiled.ts';
import { matchHeader } from '../../model/file/match-header.ts';
import type { FileLayout } from '../../platform/layout.ts';

/** What the export adds, in this order. Documented in docs/rejects.md. */
export const addedColumns = [
  '_landfall_file',
  '_landfall_byte_offset',
  '_landfall_line',
  '_landfall_code',
  '_landfall_column',
  '_landfall_message',
  '_landfall_definition',
] as const;

/** The columns that say which reject a row corrects. */
export const [fileColumn, byteOffsetColumn] = addedColumns;

/**
 * What `_landfall_message` is called in an export for a spreadsheet, whose cells are guarded
 * (../commands/spreadsheet-guard.ts). As long as it is, the file must not be loaded.
 */
export const guardedColumn = '_landfall_message_guarded';

/** Fields at the start of a header that the export added. */
export function leadingAdded(header: readonly string[]): number {
  const first = header.findIndex((field) => !isAdded(field));
  return first < 0 ? header.length : first;
}

/** True for the header text of a column that the export adds. */
export function isAdded(field: string): boolean {
  const name = field.trim();
  return (addedColumns as readonly string[]).includes(name) || name === guardedColumn;
}

/** The delimiter of a file that starts as an export does, whatever its dataset's is: programs change it. Else null. */
export function exportDelimiter(bytes: Uint8Array): string | null {
  const start = new TextDecoder().decode(bytes.subarray(0, 40));
  return /^"?_landfall_file"?([^\w"\r\n])/.exec(start)?.[1] ?? null;
}

/** The fields that say which rejects are corrected; undefined for an ordinary file. */
export function correctionFields(header: readonly string[]): FileLayout['corrections'] {
  const names = header.map((field) => field.trim());
  const corrections = { file: names.indexOf(fileColumn), byteOffset: names.indexOf(byteOffsetColumn) };
  return corrections.file >= 0 && corrections.byteOffset >= 0 ? corrections : undefined;
}

/** As matchHeader, for a header in which some fields were added. */
export function matchData(
  dataset: CompiledDataset,
  fields: readonly string[],
  dialect: { header: boolean },
): number[] {
  const data = fields.flatMap((field, f) => (isAdded(field) ? [] : [f]));
  const names = dialect.header ? data.map((f) => fields[f]) : null;
  return matchHeader(dataset, names, data.length).map((field) => (field < 0 ? -1 : data[field]));
}
