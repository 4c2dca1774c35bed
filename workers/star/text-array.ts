/**
 * Texts as one parameter of a statement: PostgreSQL's binary form of text[], which the server takes in
 * without a parser. Source: array_recv in the server's arrayfuncs.c. All numbers are big-endian int32.
 */

/** A text, or its UTF-8 bytes. */
export type Text = string | Uint8Array;

/** PostgreSQL's number for the type text. */
const TEXT_OID = 25;
/** Dimensions (1), whether there are nulls, type of the elements, how many, the first one's index (1). */
const HEADER_BYTES = 20;
const NULL_LENGTH = -1;

/** `values` as a Buffer, which pg sends as a binary parameter. */
export function textArray(values: readonly (Text | null)[]): Buffer {
  let size = HEADER_BYTES;
  for (const value of values) size += 4 + (value === null ? 0 : Buffer.byteLength(value));
  const array = Buffer.allocUnsafe(size);
  [1, Number(values.includes(null)), TEXT_OID, values.length, 1].forEach((word, i) => {
    array.writeInt32BE(word, i * 4);
  });
  let end = HEADER_BYTES;
  for (const value of values) {
    const start = end + 4;
    const length = value === null ? 0 : write(value, array, start);
    array.writeInt32BE(value === null ? NULL_LENGTH : length, end);
    end = start + length;
  }
  return array;
}

/** Writes the text's bytes at `start`; how many they are. */
function write(text: Text, array: Buffer, start: number): number {
  if (typeof text === 'string') return array.write(text, start);
  array.set(text, start);
  return text.length;
}
