/** Where a chunk's records are: in a range of its file, without header and footer, or in an object of the spool. */

import type { Claim } from '../../ledger/ledger.ts';
import { linesBeforeRecords } from '../../platform/layout.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import type { ReadableStore } from '../../platform/storage/contract.ts';
import { openObject } from '../../platform/storage/index.ts';
import { spoolKey } from '../../platform/storage/spool.ts';

export interface ChunkSource {
  /** The bytes in the file's encoding. Each piece is valid until the next one is requested. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The offset of the first byte in the file, or in the unpacked file, and the number of bytes. */
  readonly byteStart: number;
  readonly byteCount: number;
  /** The 1-based line of the first byte. */
  readonly lineStart: number;
}

export async function openChunk(
  job: Pick<ChunkJob, 'fileId' | 'number' | 'byteStart' | 'byteEnd'>,
  claim: Pick<Claim, 'file' | 'lineStart' | 'unpacked'>,
  lake: ReadableStore,
): Promise<ChunkSource> {
  const { file, lineStart, unpacked } = claim;
  if (unpacked !== undefined) {
    const byteCount = unpacked.end - unpacked.start;
    // Children are read from what their parent was unpacked to.
    const key = spoolKey(file.parentId ?? job.fileId, job.number);
    const bytes = byteCount === 0 ? nothing() : lake.read(key, { start: 0, end: byteCount, reuse: true });
    return { bytes, byteStart: unpacked.start, byteCount, lineStart };
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
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
