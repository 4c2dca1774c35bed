/** The bytes of a file, as they are stored and unpacked. */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { fileChanged } from '../../platform/storage/file-changed.ts';
import { openObject } from '../../platform/storage/index.ts';
import { type Compression, unpack } from '../../platform/storage/unpack/index.ts';
import type { ContentPart, KeptContent } from './kept-content.ts';

/** What reading a file needs. */
export interface Readable extends Pick<LedgerFile, 'name' | 'url' | 'bytes' | 'fingerprint'> {
  /** Set if the file is read several times, and may be compressed. */
  readonly kept?: KeptContent;
}

/** The first `length` bytes, or the whole file when it is shorter. */
export function readStart(file: Readable, length: number): Promise<Uint8Array> {
  return readRange(file, 0, Math.min(length, file.bytes));
}

/** The bytes of [start, end). Throws LF_FILE_CHANGED when there are fewer. */
export async function readRange(file: Readable, start: number, end: number): Promise<Uint8Array> {
  const { storage, key } = await openObject(file.url);
  const bytes = new Uint8Array(end - start);
  let filled = 0;
  for await (const part of storage.read(key, { start, end, fingerprint: file.fingerprint })) {
    bytes.set(part, filled);
    filled += part.length;
  }
  if (filled !== end - start) throw fileChanged(file.name);
  return bytes;
}

/** The content of a file from its start, unpacked when it is compressed. Throws what unpacking throws. */
export async function* readContent(
  file: Readable,
  compression: Compression | undefined,
): AsyncGenerator<ContentPart> {
  const { storage, key } = await openObject(file.url);
  const { name, bytes, fingerprint, kept } = file;
  if (compression === undefined) {
    for await (const piece of storage.read(key, { start: 0, end: bytes, fingerprint }))
      yield { bytes: piece, entry: '' };
    return;
  }
  const unpacked = () => unpack({ storage, key, name, bytes, fingerprint }, compression);
  yield* kept === undefined ? unpacked() : kept.read(unpacked);
}
