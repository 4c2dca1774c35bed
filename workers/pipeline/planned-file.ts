import type { LedgerFile } from '../../ledger/ledger.ts';
import { openObject } from '../../platform/storage/index.ts';
import type { PackedFile } from '../../platform/storage/unpack/index.ts';

/** A compressed file that is planned: what it unpacks to was within the limit then. */
export async function plannedFile({
  url,
  name,
  bytes,
  fingerprint,
}: Pick<LedgerFile, 'url' | 'name' | 'bytes' | 'fingerprint'>): Promise<PackedFile> {
  const { storage, key } = await openObject(url);
  return { storage, key, name, bytes, fingerprint, unpackedBytesMost: Number.POSITIVE_INFINITY };
}
