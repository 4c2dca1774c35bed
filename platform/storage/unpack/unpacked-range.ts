/** Part of what a compressed file contains. */
import { fileChanged } from '../file-changed.ts';
import { unpack } from './index.ts';
import type { Compression, PackedFile } from './types.ts';

/**
 * The bytes [start, end) of what the file unpacks to. All that precedes them is unpacked as well. Throws LF_FILE_CHANGED
 * if it unpacks to less, and what unpacking throws.
 */
export async function* unpackedRange(
  file: PackedFile,
  compression: Compression,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const { bytes } of unpack(file, compression)) {
    const from = Math.max(0, start - at);
    const until = Math.min(bytes.length, end - at);
    if (from < until) yield bytes.subarray(from, until);
    at += bytes.length;
    if (at >= end) return;
  }
  if (at < end) throw fileChanged(file.name);
}
