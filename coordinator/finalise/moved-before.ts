/**
 * Finds a file that was moved without a word of it in the ledger: a backup of the ledger was restored that is older
 * than the move.
 */
import type { LedgerFile } from '../../ledger/ledger.ts';
import { BlockHasher, contentHash } from '../../platform/storage/content-hash.ts';
import type { Storage, StoredObject } from '../../platform/storage/contract.ts';
import { bytesOf } from '../plan/snapshot-content.ts';

/**
 * The first place that holds the file's bytes; null: none. Reads only objects of the same size.
 * @param placeOf where it was moved to if so many places before were taken. The first of all may be empty by now.
 */
export async function movedBefore(
  target: Storage,
  file: Pick<LedgerFile, 'bytes' | 'contentHash'>,
  placeOf: (again: number) => string,
): Promise<string | null> {
  const wanted = bytesOf(file.contentHash);
  if (wanted === undefined) return null;
  for (let again = 0; ; again++) {
    const key = placeOf(again);
    const stored = await target.stat(key).catch(() => null);
    if (stored === null && again > 0) return null;
    if (stored?.bytes === file.bytes && (await hashOf(target, stored)) === wanted) return key;
  }
}

async function hashOf(store: Storage, { key, bytes, fingerprint }: StoredObject): Promise<string> {
  const hasher = new BlockHasher();
  for await (const part of store.read(key, { start: 0, end: bytes, fingerprint, reuse: true }))
    hasher.update(part);
  return contentHash([hasher.finish()]);
}
