/** Where the wrong field of a rejected record is, so that it can be marked. */
import { blanks } from '../../../kernel/dialect/control.ts';
import { readFields } from '../../../kernel/dialect/header.ts';
import type { KernelDialect } from '../../../kernel/types.ts';
import type { StoredDefinition } from '../../../ledger/definition.ts';
import type { FileLayout } from '../../../platform/layout.ts';
import type { RejectMark } from '../../../platform/progress/reject-page.ts';

/** Finds the wrong fields of records of one file. */
export type MarkFields = (reject: { raw: string; column: string | null }) => readonly RejectMark[];

/** Records of JSON have no fields to be found: nothing is marked in them. */
export function markFields(layout: FileLayout | null, { columns }: StoredDefinition): MarkFields {
  if (layout === null || layout.format !== undefined) return () => [];
  const fields = new Map(columns.map(({ name }, i) => [name, layout.fieldOfColumn[i] ?? -1]));
  return ({ raw, column }) => {
    const field = column === null ? -1 : (fields.get(column) ?? -1);
    const place = field < 0 ? null : placeOf(Buffer.from(raw), layout as KernelDialect, field);
    return place === null ? [] : [{ ...place, column: column! }];
  };
}

/** The place of a field in the text that `record` is, with its quotes and without its delimiter; null: it is not there. */
function placeOf(
  record: Buffer,
  dialect: KernelDialect,
  field: number,
): { start: number; end: number } | null {
  const before = readFields(record, dialect, field);
  if (before.fields.length < field || (field > 0 && before.bytes >= record.length)) return null;
  const next = readFields(record, dialect, field + 1).bytes;
  const delimiter = dialect.delimiter === blanks ? /[ \t]$/ : null;
  const text = record.toString('utf8', before.bytes, next);
  const ends = delimiter === null ? text.endsWith(dialect.delimiter) : delimiter.test(text);
  const cut = next < record.length && ends ? (delimiter === null ? dialect.delimiter.length : 1) : 0;
  const start = record.toString('utf8', 0, before.bytes).length;
  return { start, end: start + text.length - cut };
}
