/**
 * Identifies a large or compressed file by a scan: the workers find its record borders and hash its content.
 *
 *   layout settled ─▶ scan jobs of the missing ranges ─▶ (workers) ─▶ plan job: hash and chunks from the results
 */
import type { LedgerFile, LedgerScan } from '../../ledger/ledger.ts';
import type { PlannedChunk } from '../../ledger/requests.ts';
import { refuseDrift } from '../../model/file/drift.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError, restoreError } from '../../platform/errors/errors.ts';
import { isStream, linesBeforeRecords } from '../../platform/layout.ts';
import type { ScanJob } from '../../platform/queue/contract.ts';
import { contentHash } from '../../platform/storage/content-hash.ts';
import { fileChanged } from '../../platform/storage/file-changed.ts';
import { openObject } from '../../platform/storage/index.ts';
import type { Context } from '../context.ts';
import { readLayout } from '../detect/read-layout.ts';
import type { Discovered, Identified } from '../stages.ts';
import { planChunks, scanRanges } from './plan-chunks.ts';

/** Settles the file's layout and queues its scan. Throws what readLayout throws. May be repeated. */
export async function startScan(context: Context, { file, definition }: Discovered): Promise<void> {
  const layout = await readLayout(definition, file);
  refuseDrift(definition, file, layout);
  await context.ledger.startScan(file.fileId, definition.version, layout);
  crashPoint('prepare.scan-begun');
  await submitMissingScans(context, { ...file, layout });
}

/** Queues the scan jobs that have no result yet, and the `plan` job after them. */
export async function submitMissingScans(context: Context, file: LedgerFile): Promise<void> {
  const known = new Set((await context.ledger.scans(file.fileId)).map((scan) => scan.number));
  const missing = rangesOf(context, file).filter((range) => !known.has(range.number));
  await context.queues.submitScan(file.fileId, missing);
  crashPoint('prepare.scans-queued');
}

/**
 * Call this when all scans have ended. Throws LF_SCAN_LOST, or the reason that a worker gave for not reading the
 * file.
 */
export async function identifyScanned(context: Context, discovered: Discovered): Promise<Identified> {
  const { file } = discovered;
  const scans = await context.ledger.scans(file.fileId);
  const missing = rangesOf(context, file).find(
    (range) => !scans.some((scan) => scan.number === range.number && scan.byteEnd === range.byteEnd),
  );
  if (missing !== undefined) {
    await assertUnchanged(file);
    const { byteStart, byteEnd } = missing;
    throw new LandfallError('LF_SCAN_LOST', { file: file.name, from: byteStart, to: byteEnd });
  }
  const layout = file.layout!;
  const chunks = chunksOf(context, file, scans);
  return { ...discovered, layout, contentHash: contentHash(scans.map((scan) => scan.blockHashes)), chunks };
}

/** The scan jobs of a file. A file that can only be read from its beginning has one. */
function rangesOf(context: Context, { fileId, bytes, layout }: LedgerFile): ScanJob[] {
  const pieceBytes = context.chunkBytes;
  if (isStream(layout!)) {
    const oneMachine = context.workersAreHere();
    return [
      { fileId, number: 0, byteStart: 0, byteEnd: bytes, pieceBytes, ...(oneMachine && { oneMachine }) },
    ];
  }
  return scanRanges({ fileId, bytes, recordsFrom: layout!.headerBytes, pieceBytes });
}

/** Throws LF_FILE_MISSING or LF_FILE_CHANGED. */
async function assertUnchanged(file: LedgerFile): Promise<void> {
  const { storage, key } = await openObject(file.url);
  const stored = await storage.stat(key);
  if (stored === null) throw new LandfallError('LF_FILE_MISSING', { file: file.name });
  if (stored.fingerprint !== file.fingerprint)
    throw fileChanged(file.name, file.fingerprint, stored.fingerprint);
}

/** Throws the reason that a worker gave for not being able to read the file. */
function chunksOf(context: Context, file: LedgerFile, scans: readonly LedgerScan[]): PlannedChunk[] {
  for (const { stream } of scans) {
    if (stream === null) continue;
    if ('error' in stream) throw restoreError(stream.error);
    return stream.chunks.map((chunk, number) => ({ number, ...chunk }));
  }
  const layout = file.layout!;
  return planChunks({
    bytes: file.bytes,
    recordsFrom: layout.headerBytes,
    recordsUntil: file.bytes - (layout.footerBytes ?? 0),
    headerLines: linesBeforeRecords(layout),
    chunkBytes: context.chunkBytes,
    scans: scans.flatMap((scan) => scan.result),
  });
}
