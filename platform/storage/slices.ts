/** Pieces of at most `length` bytes, in order, without copying them. */
export function* slicesOf<Bytes extends Uint8Array>(bytes: Bytes, length: number): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length) as Bytes;
}
