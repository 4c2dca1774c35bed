/**
 * Takes a discovered file to loading: settles how it is read, hashes it, cuts it into chunks and queues
 * them. A small file is read here, once; a large one is scanned by the workers first.
 */

import type { FilePlan, LedgerFile, LedgerScan } from '../../ledger/ledger.ts';
import type { PlannedChunk } from '../../ledger/requests.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { refuseDrift } from '../../model/file/drift.ts';
import { datasetNamed } from '../../model/registry.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError, restoreError } from '../../platform/errors/errors.ts';
import { isStream, linesBeforeRecords } from '../../platform/layout.ts';
import { BlockHasher, contentHash } from '../../platform/storage/content-hash.ts';
import { openObject } from '../../platform/storage/index.ts';
import { compressionOf } from '../../platform/storage/unpack/index.ts';
import type { FileLayout, ScanJob } from '../../platform/types.ts';
import { makeStagingTable } from '../../sinks/postgres/facts/make-staging.ts';
import { type Context, linkOf } from '../context.ts';
import { readStart } from '../detect/content.ts';
import { readLayout, withEnds } from '../detect/read-layout.ts';
import { settleLayout } from '../detect/settle-layout.ts';
import { archiveFile, type Moved } from '../finalise/archive.ts';
import { duplicateReceipt } from '../finalise/receipt.ts';
import { readCorrections } from './corrections.ts';
import { planChunks, scanRanges } from './plan-chunks.ts';
import { versionLink } from './versions.ts';

/** A file of one chunk up to this size is read whole by the coordinator instead of scanned. */
export const inlineBytes = 8 * 1024 * 1024;

/**
 * What became of the file: on its way; a duplicate, which was put away; or to be asked about again when
 * another one has ended, which holds the same bytes and is being loaded.
 */
export type Prepared =
  | { readonly state: 'queued' }
  | { readonly state: 'duplicate'; readonly moved: Moved }
  | { readonly state: 'waits'; readonly forFileId: number };

/**
 * Ends with the file's chunks or its scans in the queue, or as Prepared says. Throws what fails the
 * file: LF_FILE_EMPTY, LF_FILE_BINARY, LF_FILE_ENCODING, LF_FILE_CHANGED, LF_HEADER, LF_HEADER_LONG, …
 * Repeating it is harmless.
 */
export async function prepareFile(context: Context, file: LedgerFile): Promise<Prepared> {
  if (file.bytes === 0) throw new LandfallError('LF_FILE_EMPTY', { file: file.name });
  const dataset = datasetNamed(context.registry, file.dataset);
  const { version } = dataset;
  const inline = file.bytes <= Math.min(inlineBytes, context.chunkBytes);
  if (inline && compressionOf(await readStart(file, 4)) === null)
    return prepareInline(context, dataset, file);
  const layout = await readLayout(dataset, file);
  refuseDrift(dataset, file, layout);
  await context.ledger.startScan(file.fileId, version, layout);
  crashPoint('prepare.scan-begun');
  await submitMissingScans(context, { ...file, layout });
  return { state: 'queued' };
}

/** Queues the scan jobs that have no result yet, and the `plan` job after them. */
export async function submitMissingScans(context: Context, file: LedgerFile): Promise<void> {
  const known = new Set((await context.ledger.scans(file.fileId)).map((scan) => scan.number));
  const missing = rangesOf(context, file).filter((range) => !known.has(range.number));
  await context.queues.submitScan(file.fileId, missing);
  crashPoint('prepare.scans-queued');
}

/** The `plan` job: all scans have ended. Repeating it is harmless. */
export async function planScanned(context: Context, file: LedgerFile): Promise<Prepared> {
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
  const chunks = chunksOf(context, file, layout, scans);
  const hash = contentHash(scans.map((scan) => scan.blockHashes));
  return loadOnce(context, file, { contentHash: hash, layout, chunks });
}

/** Throws the reason that a worker gave for not being able to read the file. */
function chunksOf(
  context: Context,
  file: LedgerFile,
  layout: FileLayout,
  scans: readonly LedgerScan[],
): PlannedChunk[] {
  for (const { stream } of scans) {
    if (stream === null) continue;
    if ('error' in stream) throw restoreError(stream.error);
    return stream.chunks.map((chunk, number) => ({ number, ...chunk }));
  }
  return planChunks({
    bytes: file.bytes,
    recordsFrom: layout.headerBytes,
    recordsUntil: file.bytes - (layout.footerBytes ?? 0),
    headerLines: linesBeforeRecords(layout),
    chunkBytes: context.chunkBytes,
    scans: scans.flatMap((scan) => scan.result),
  });
}

async function prepareInline(
  context: Context,
  dataset: CompiledDataset,
  file: LedgerFile,
): Promise<Prepared> {
  const read = await readInline(dataset, file);
  const chunks = [{ number: 0, byteStart: 0, byteEnd: file.bytes, lineStart: 1 }];
  return loadOnce(context, file, { ...read, chunks });
}

/** How a file is read that is read whole, and what it holds. Throws as prepareFile does. */
export async function readInline(
  dataset: CompiledDataset,
  file: LedgerFile,
): Promise<{ layout: FileLayout; contentHash: string }> {
  const bytes = await readStart(file, file.bytes);
  const settled = settleLayout(dataset, { name: file.name, bytes, whole: true })!;
  const layout = await withEnds(dataset, file, settled, {});
  refuseDrift(dataset, file, layout);
  const hasher = new BlockHasher();
  hasher.update(bytes);
  return { layout, contentHash: contentHash([hasher.finish()]) };
}

/** Throws LF_FILE_MISSING or LF_FILE_CHANGED. */
export async function assertUnchanged(file: LedgerFile): Promise<void> {
  const { storage, key } = await openObject(file.url);
  const stored = await storage.stat(key);
  if (stored === null) throw new LandfallError('LF_FILE_MISSING', { file: file.name });
  if (stored.fingerprint !== file.fingerprint)
    throw new LandfallError('LF_FILE_CHANGED', { file: file.name });
}

/**
 * Plans the file, unless the same content is loaded: then it is a duplicate. Where the same content is only
 * being loaded it waits: the other one may fail yet, and its bytes must not be lost with it.
 */
async function loadOnce(
  context: Context,
  file: LedgerFile,
  plan: { contentHash: string; layout: FileLayout; chunks: readonly PlannedChunk[] },
): Promise<Prepared> {
  const { ledger, queues } = context;
  const { fileId, dataset } = file;
  const definition = datasetNamed(context.registry, dataset);
  const definitionVersion = definition.version;
  for (;;) {
    const first = await ledger.findContent(dataset, plan.contentHash, fileId);
    if (first?.state === 'done') return endAsDuplicate(context, file, first, plan);
    if (first !== null) return { state: 'waits', forFileId: first.fileId };
    crashPoint('identify.first');
    const origin = await originOf(context, definition, file, plan);
    if (origin.link?.kind === 'replaces') await makeStagingTable(context.pool, definition.star, file);
    try {
      const chunks = await ledger.planFile(fileId, { ...plan, ...origin, definitionVersion });
      crashPoint('plan.written');
      await queues.submitChunks(fileId, chunks);
      crashPoint('plan.queued');
      return { state: 'queued' };
    } catch (error) {
      // Planned by somebody else since findContent: ask again who that is.
      if (!(error instanceof LandfallError && error.code === 'LF_FILE_DUPLICATE')) throw error;
    }
  }
}

/** The file that this one comes from, if any: rejects that it corrects or replays, or the version before. */
async function originOf(
  context: Context,
  dataset: CompiledDataset,
  file: LedgerFile,
  { layout, contentHash }: { layout: FileLayout; contentHash: string },
): Promise<Pick<FilePlan, 'link' | 'takes'>> {
  const corrects = layout.corrections ? await readCorrections(context, file, layout) : null;
  if (corrects !== null) {
    const kind = file.link === 'replays' ? 'replays' : 'corrects';
    return { link: { kind, fileId: corrects.original.fileId }, takes: corrects.byteOffsets };
  }
  if (file.link === 'reloads') await refuseOtherContent(context, file, contentHash);
  const link = await versionLink(context, dataset, file);
  return link === undefined ? {} : { link };
}

/** What was undone is loaded again as it was; what failed may have been corrected where it lies. */
async function refuseOtherContent(context: Context, file: LedgerFile, contentHash: string): Promise<void> {
  const before = await context.ledger.file(file.linkedTo!);
  if (before?.state !== 'undone' || before.contentHash === contentHash) return;
  throw new LandfallError('LF_FILE_CHANGED', { file: file.name });
}

async function endAsDuplicate(
  context: Context,
  file: LedgerFile,
  first: LedgerFile,
  plan: { contentHash: string; layout: FileLayout },
): Promise<Prepared> {
  const { fix } = new LandfallError('LF_FILE_DUPLICATE', { file: file.name });
  const message = `${file.name} holds the same bytes as ${first.name} (file ${first.fileId}), which is loaded.`;
  const link = await linkOf(context.ledger, file);
  const known = { ...plan, definitionVersion: first.definitionVersion ?? '', ...(link && { link }) };
  await context.ledger.setFileState(file.fileId, 'duplicate', {
    contentHash: plan.contentHash,
    layout: plan.layout,
    duplicateOf: first.fileId,
    error: { code: 'LF_FILE_DUPLICATE', message, fix },
    receipt: duplicateReceipt(file, { ...known, message }),
  });
  crashPoint('identify.duplicate');
  return { state: 'duplicate', moved: await archiveFile(context, file) };
}

/** The scan jobs of a file; one that can only be read from its start has one. */
function rangesOf(context: Context, { fileId, bytes, layout }: LedgerFile): ScanJob[] {
  const pieceBytes = context.chunkBytes;
  if (isStream(layout!)) return [{ fileId, number: 0, byteStart: 0, byteEnd: bytes, pieceBytes }];
  return scanRanges({ fileId, bytes, recordsFrom: layout!.headerBytes, pieceBytes });
}
