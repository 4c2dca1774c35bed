/** Where the wrong fields of a rejected record are, so that they can be marked. */
import { blanks } from '../../../kernel/dialect/control.ts';
import { readFields } from '../../../kernel/dialect/header.ts';
import type { JsonFormat } from '../../../kernel/json/fields.ts';
import type { KernelDialect } from '../../../kernel/types.ts';
import type { StoredDefinition } from '../../../ledger/definition.ts';
import type { FileLayout } from '../../../platform/layout.ts';
import type { RejectMark } from '../../../platform/progress/reject-page.ts';
import { type Place, placeOfPath } from './json-places.ts';

/** Finds the wrong fields of records of one file. */
export type MarkFields = (reject: {
  raw: string;
  column: string | null;
  message: string;
}) => readonly RejectMark[];

/** In JSON, a value that is not there is not marked. */
export function markFields(layout: FileLayout | null, { columns }: StoredDefinition): MarkFields {
  if (layout === null) return () => [];
  const fields = new Map(columns.map(({ name }, i) => [name, layout.fieldOfColumn[i] ?? -1]));
  return ({ raw, column, message }) => {
    if (column === null) return [];
    const placeIn = layout.format === undefined ? fieldPlaces(raw, layout) : valuePlaces(raw, layout.format);
    const wrong = [column, ...alsoWrong(message, [...fields.keys()])];
    const marks = [...new Set(wrong)].flatMap((name): RejectMark[] => {
      const field = fields.get(name) ?? -1;
      const place = field < 0 ? null : placeIn(field);
      return place === null ? [] : [{ ...place, column: name }];
    });
    return marks.sort((a, b) => a.start - b.start);
  };
}

/** The place of a field in a record. */
type PlaceIn = (field: number) => Place | null;

function fieldPlaces(raw: string, dialect: KernelDialect): PlaceIn {
  const record = Buffer.from(raw);
  return (field) => placeOf(record, dialect, field);
}

function valuePlaces(raw: string, { fields }: JsonFormat): PlaceIn {
  return (field) => placeOfPath(raw, fields[field].path);
}

/** What follows the name of the column where a message begins (platform/errors/codes/reject.ts). */
const afterName = '(?:: | (?:is|contains|orders) )';

/** Columns that a message names after `Also:`, each at the start of a sentence. */
function alsoWrong(message: string, names: readonly string[]): string[] {
  // A value could say anything.
  const plain = message.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const also = plain.indexOf(' Also: ');
  if (also < 0) return [];
  const rest = `. ${plain.slice(also + ' Also: '.length)}`;
  return names.filter((name) => {
    const literal = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`\\. ${literal}${afterName}`).test(rest);
  });
}

/** The place of a field in the text that `record` is, with its quotes and without its delimiter; null: it is not there. */
function placeOf(record: Buffer, dialect: KernelDialect, field: number): Place | null {
  const fields = readFields(record, dialect, field + 2).fields.length;
  if (fields <= field) return null;
  const [before, next] = [field, field + 1].map((count) => readFields(record, dialect, count).bytes);
  const delimiterBytes = dialect.delimiter === blanks ? 1 : Buffer.byteLength(dialect.delimiter);
  const end = fields > field + 1 ? next - delimiterBytes : record.length;
  const start = record.toString('utf8', 0, before).length;
  return { start, end: start + record.toString('utf8', before, end).length };
}
