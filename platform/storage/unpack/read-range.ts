/** Reads a few bytes of a packed file. */
import type { PackedFile } from './types.ts';

/** The bytes [start, end), or fewer at the end of the file. */
export async function readRange(file: PackedFile, start: number, end: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const range = { start, end: Math.min(end, file.bytes), fingerprint: file.fingerprint };
  if (range.start >= range.end) return Buffer.alloc(0);
  for await (const piece of file.storage.read(file.key, range)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
