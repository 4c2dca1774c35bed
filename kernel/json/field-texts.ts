/** The fields of a single record, as messages quote them. */
import type { JsonFormat } from './fields.ts';
import { RecordReader } from './record-reader.ts';

/** Null: there is no value. No fields if the text is not a whole record, or only the beginning of one. */
export function fieldTexts(text: Uint8Array, format: JsonFormat): (string | null)[] {
  const reader = new RecordReader(format);
  // Of exploded rows the text is that of the element.
  const fault = reader.explodes
    ? reader.readElement(text, 0, text.length)
    : reader.read(text, 0, text.length);
  return fault === null ? format.fields.map((_, field) => reader.fieldText(field)) : [];
}
