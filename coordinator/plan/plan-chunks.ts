/**
 * Cuts a file into record-aligned chunks from the results of its scans, without reading it. Pure.
 *
 * The scan of a piece of the file says, for each state in which the CSV machine may be at the first byte, in which
 * state the piece ends and where its first record ends. The end state of one piece is the start state of the next,
 * so going through the pieces in order yields the record borders of each. A quoted field that contains newlines
 * cannot mislead this, however many pieces it spans.
 */
import type { RangeScan } from '../../kernel/types.ts';
import type { PlannedChunk } from '../../ledger/requests.ts';
import type { ScanJob } from '../../platform/queue/contract.ts';
import { blockBytes } from '../../platform/storage/content-hash.ts';

/** The state of the CSV machine at the beginning of a record (FieldStart in the kernel). */
const fieldStart = 0;

/** Bytes that one scan job reads: large enough to justify a job, small enough to spread over workers. */
export const scanRangeBytes = 8 * blockBytes;

/** The fewest chunks to cut a file into, so that each slot of a few workers has one and the last ones are short. */
const chunksLeast = 6;

/** Chunks are not made smaller than this to get more of them: each costs a claim, parts and a commit. */
const balancedBytesLeast = 8 * 1024 * 1024;

/**
 * The chunk size for a file of `bytes`: `chunkBytes`, or less for a file that would have few chunks. Sizes below
 * that are the length of a scan range divided by a power of two, so that chunks end where ranges end.
 */
export function balancedChunkBytes(bytes: number, chunkBytes: number): number {
  let size = scanRangeBytes;
  while (size > balancedBytesLeast && size * chunksLeast > bytes) size /= 2;
  return size === scanRangeBytes ? chunkBytes : Math.min(size, chunkBytes);
}

/**
 * The scan jobs of a file: ranges of whole blocks that cover it.
 * `recordsFrom`: where the first record after the BOM and the header begins. `pieceBytes`: the largest distance
 * between two borders that chunks may need; see balancedChunkBytes.
 */
export function scanRanges(file: {
  fileId: number;
  bytes: number;
  recordsFrom: number;
  pieceBytes: number;
}): ScanJob[] {
  const { fileId, bytes, recordsFrom } = file;
  const pieceBytes = balancedChunkBytes(bytes, file.pieceBytes);
  const jobs: ScanJob[] = [];
  for (let byteStart = 0; byteStart < bytes; byteStart += scanRangeBytes) {
    const byteEnd = Math.min(byteStart + scanRangeBytes, bytes);
    const scanFrom = Math.min(Math.max(byteStart, recordsFrom), byteEnd);
    jobs.push({ fileId, number: jobs.length, byteStart, byteEnd, scanFrom, pieceBytes });
  }
  return jobs;
}

/**
 * Returns chunks of about `balancedChunkBytes` that cover [0, bytes) exactly and in order. None is empty, and each
 * except the first begins at a record. A record longer than a chunk makes its chunk longer.
 *
 * `scans`: consecutive pieces from `recordsFrom` to `bytes`. `headerLines`: the number of line ends before
 * `recordsFrom`. Throws RangeError if there is a gap between the pieces.
 */
export function planChunks(file: {
  bytes: number;
  recordsFrom: number;
  /** Where the footer begins. Default: no footer. */
  recordsUntil?: number;
  headerLines: number;
  chunkBytes: number;
  scans: readonly RangeScan[];
}): PlannedChunk[] {
  const { recordsUntil = file.bytes } = file;
  const chunkBytes = balancedChunkBytes(file.bytes, file.chunkBytes);
  const chunks: PlannedChunk[] = [];
  let byteStart = 0;
  let lineStart = 1;
  const cut = (byteEnd: number, nextLine: number) => {
    chunks.push({ number: chunks.length, byteStart, byteEnd, lineStart });
    byteStart = byteEnd;
    lineStart = nextLine;
  };

  let state = fieldStart;
  let lines = file.headerLines;
  let position = file.recordsFrom;
  for (const scan of file.scans) {
    if (scan.byteStart !== position) throw new RangeError(`scans leave a gap at byte ${position}`);
    const border = scan.firstRecordStart[state];
    // Half a chunk is enough: borders are about one chunk apart, and some come a little early.
    const long = border - byteStart >= chunkBytes / 2;
    if (border >= 0 && border < recordsUntil && long) cut(border, 1 + lines + scan.linesBefore[state]);
    lines += typeof scan.lines === 'number' ? scan.lines : scan.lines[state];
    state = scan.endState[state];
    position = scan.byteEnd;
  }
  if (position !== file.bytes) throw new RangeError(`scans end at byte ${position} of ${file.bytes}`);
  cut(file.bytes, lines + 1);
  return chunks;
}
