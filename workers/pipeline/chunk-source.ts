/** Where a chunk's records are: in a range of its file, without header and footer, or in an object of the spool. */

import type { Claim } from '../../ledger/ledger.ts';
import { linesBeforeRecords } from '../../platform/layout.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { openObject } from '../../platform/storage/index.ts';
import { findSpooled } from '../../platform/storage/spool.ts';
import { unpackedRange } from '../../platform/storage/unpack/unpacked-range.ts';
import { plannedFile } from './planned-file.ts';

export interface ChunkSource {
  /** The bytes in the file's encoding. Each piece is valid until the next one is requested. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The offset of the first byte in the file, or in the unpacked file, and the number of bytes. */
  readonly byteStart: number;
  readonly byteCount: number;
  /** The 1-based line of the first byte. */
  readonly lineStart: number;
  /** Call this when the chunk is committed: what nobody else reads leaves the spool. Does not fail. */
  readonly committed: () => Promise<void>;
}

export async function openChunk(
  job: Pick<ChunkJob, 'fileId' | 'number' | 'byteStart' | 'byteEnd'>,
  claim: Pick<Claim, 'file' | 'lineStart' | 'unpacked'>,
  lake: Storage,
): Promise<ChunkSource> {
  const { file, lineStart, unpacked } = claim;
  if (unpacked !== undefined) {
    const byteCount = unpacked.end - unpacked.start;
    const place = { byteStart: unpacked.start, byteCount, lineStart };
    if (byteCount === 0) return { ...place, bytes: nothing(), committed: async () => {} };
    return { ...place, ...(await unpackedBytes(job, file, unpacked, lake)) };
  }
  const layout = file.layout!;
  const { headerBytes, footerBytes = 0 } = layout;
  const start = Math.max(job.byteStart, headerBytes);
  const end = Math.max(start, Math.min(job.byteEnd, file.bytes - footerBytes));
  const { storage, key } = await openObject(file.url);
  return {
    bytes: storage.read(key, { start, end, fingerprint: file.fingerprint, reuse: true }),
    byteStart: start,
    byteCount: end - start,
    lineStart: lineStart + (job.number === 0 ? linesBeforeRecords(layout) : 0),
    committed: async () => {},
  };
}

/** From the spool; from the file itself if they are not there: a power failure or another machine may be the reason. */
async function unpackedBytes(
  { fileId, number }: Pick<ChunkJob, 'fileId' | 'number'>,
  file: Claim['file'],
  range: { readonly start: number; readonly end: number },
  lake: Storage,
): Promise<Pick<ChunkSource, 'bytes' | 'committed'>> {
  const { start, end } = range;
  const { parentId, layout } = file;
  // Children are read from what their parent was unpacked to.
  const chunk = { fileId: parentId ?? fileId, number, start, bytes: end - start };
  const spooled = await findSpooled(lake, chunk);
  if (spooled !== null) {
    const committed = async () => {
      // Other datasets may take their rows from JSON. What stays here goes when the file has ended.
      if (layout!.format?.kind !== 'json') await lake.delete(spooled).catch(() => {});
    };
    return { bytes: lake.read(spooled, { start: 0, end: end - start, reuse: true }), committed };
  }
  const packed = await plannedFile(file);
  return { bytes: unpackedRange(packed, layout!.compression!, range), committed: async () => {} };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
