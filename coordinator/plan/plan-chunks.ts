/**
 * Cuts a file into record-aligned chunks from what its scans say, without reading it. Pure.
 *
 * A scan tells of a piece of the file, for each state the CSV machine may be in at its first byte, in
 * which state it ends and where its first record end is. Going through the pieces in order, the state at
 * the start of each is known from the one before, so its first record end is known too: a quoted field
 * with newlines in it cannot mislead, however many pieces it spans.
 */
import type { RangeScan } from '../../kernel/types.ts';
import type { PlannedChunk } from '../../ledger/requests.ts';
import type { ScanJob } from '../../platform/queue/contract.ts';
import { blockBytes } from '../../platform/storage/content-hash.ts';

/** The machine's state where a record begins (kernel: FieldStart). */
const fieldStart = 0;

/** Bytes that one scan job reads: large enough to be worth a job, small enough to share among workers. */
export const scanRangeBytes = 8 * blockBytes;

/** Chunks that a file is cut into at least, so that every slot of a few workers has one and the last are short. */
const chunksLeast = 6;

/** A chunk is not made smaller than this for the sake of their number: each costs a claim, parts and a commit. */
const balancedBytesLeast = 8 * 1024 * 1024;

/**
 * How large the chunks of a file of `bytes` are to be: `chunkBytes`, or less for a file that would have few
 * of them. Halves from the length of a scan range on, so that chunks end where ranges do.
 */
export function balancedChunkBytes(bytes: number, chunkBytes: number): number {
  let size = scanRangeBytes;
  while (size > balancedBytesLeast && size * chunksLeast > bytes) size /= 2;
  return size === scanRangeBytes ? chunkBytes : Math.min(size, chunkBytes);
}

/**
 * The scan jobs of a file: ranges of whole blocks that cover it.
 * `recordsFrom`: where the first record after BOM and header begins; `pieceBytes`: how far apart borders
 * for chunks need to be, at most: balancedChunkBytes says.
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
 * Chunks of about `balancedChunkBytes` that cover [0, bytes) exactly, in order, none empty, each but the first
 * beginning at a record. A record longer than a chunk makes its chunk longer.
 *
 * `scans`: pieces that follow one another from `recordsFrom` to `bytes`. `headerLines`: line ends before
 * recordsFrom. Throws RangeError when the pieces leave a gap.
 */
export function planChunks(file: {
  bytes: number;
  recordsFrom: number;
  /** Where the footer begins; default: there is none. */
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
    // Half a chunk is enough to cut: borders come about one chunk apart, some a little early.
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
