/**
 * Texts as one parameter of a statement, in PostgreSQL's binary form of text[], which the server reads without a
 * parser. Source: array_recv in the server's arrayfuncs.c. All numbers are big-endian int32.
 */

/** A text, or its UTF-8 bytes. */
export type Text = string | Uint8Array;

/** PostgreSQL's OID of the type text. */
const TEXT_OID = 25;
/**
 * Number of dimensions (1), whether there are nulls, OID of the element type, number of elements, lower bound (1).
 */
export const ARRAY_HEADER_BYTES = 20;
const NULL_LENGTH = -1;

/** `values` as a Buffer, which pg sends as a binary parameter. */
export function textArray(values: readonly (Text | null)[]): Buffer {
  let size = ARRAY_HEADER_BYTES;
  for (const value of values) size += 4 + (value === null ? 0 : Buffer.byteLength(value));
  const array = openArray(size, { type: TEXT_OID, length: values.length, hasNulls: values.includes(null) });
  let end = ARRAY_HEADER_BYTES;
  for (const value of values) {
    const start = end + 4;
    const length = value === null ? 0 : write(value, array, start);
    array.writeInt32BE(value === null ? NULL_LENGTH : length, end);
    end = start + length;
  }
  return array;
}

/** An array of `bytes` bytes with its header. The elements must still be written, each after its length. */
export function openArray(
  bytes: number,
  { type, length, hasNulls }: { type: number; length: number; hasNulls: boolean },
): Buffer {
  const array = Buffer.allocUnsafe(bytes);
  [1, Number(hasNulls), type, length, 1].forEach((word, i) => {
    array.writeInt32BE(word, i * 4);
  });
  return array;
}

/** Writes the text's bytes at `start`. Returns their number. */
function write(text: Text, array: Buffer, start: number): number {
  if (typeof text === 'string') return array.write(text, start);
  array.set(text, start);
  return text.length;
}
