/**
 * Prepares discovered files for loading: settles their layout, identifies their content, and queues their chunks.
 *
 *   discovered ─▶ read whole ────────────────▶ identified ─▶ origin ─▶ planned ─▶ chunks in the queue
 *        └─▶ scan ─▶ (workers) ─▶ plan job ────▲     │
 *                                                    └─▶ duplicate, or waits for a file with the same content
 *
 * Small files take the same steps together, with one statement for all of them. Files of a group that need more than
 * that are left out, and prepared one by one.
 */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { planGroup } from '../../ledger/tables/groups.ts';
import { asOfName } from '../../model/file/as-of.ts';
import { childrenOf, datasetNamed } from '../../model/registry.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { atATime } from '../../platform/storage/at-a-time.ts';
import { sinksOf } from '../../sinks/all-sinks.ts';
import type { Context } from '../context.ts';
import { readHeadOf } from '../detect/read-layout.ts';
import { exportStartBytes, isExport } from '../detect/settle-json.ts';
import type { Discovered, Identified, Planned } from '../stages.ts';
import { identifyWhole, isReadWhole } from './identify-file.ts';
import { findOrigin } from './origin.ts';
import { makeChildStaging, planChildren, refuseOwnFile } from './plan-children.ts';
import { identifyScanned, startScan } from './scan-file.ts';
import { withReferences } from './settle-references.ts';
import { withInstant } from './snapshot-content.ts';

/** The most files of a group. With their rows and parts they take about 32 MiB of a worker's memory at most. */
export const groupFiles = 64;

/** A file up to this size may be prepared, loaded and finalised together with others. */
const smallBytes = 64 * 1024;

/** Files of a group that are read at the same time. */
const readAtATime = 8;

/**
 * What happens next to the file: its scans or chunks are in the queue; it waits for the end of a file with the same
 * content that is being loaded; or it ends as a duplicate of `first`, which has the same content.
 */
export type Prepared =
  | { readonly state: 'queued' }
  | { readonly state: 'waits'; readonly forFileId: number }
  | { readonly state: 'duplicate'; readonly identified: Identified; readonly first: LedgerFile };

/**
 * Prepares a file that is discovered or whose scans have ended. Throws the errors that fail the file: LF_FILE_EMPTY,
 * LF_FILE_BINARY, LF_FILE_ENCODING, LF_FILE_CHANGED, LF_HEADER, LF_HEADER_LONG, LF_SNAPSHOT_NAME, LF_DATASET_CHILD, …
 * May be repeated.
 */
export async function prepareFile(context: Context, file: LedgerFile): Promise<Prepared> {
  const discovered = { file, definition: datasetNamed(context.registry, file.dataset) };
  if (discovered.definition.format?.parent !== undefined && !(await hasCorrections(file)))
    refuseOwnFile(discovered.definition, file);
  const identified = withInstant(await identify(context, discovered));
  if (identified !== null) return loadOnce(context, identified);
  await startScan(context, discovered);
  return { state: 'queued' };
}

/** Whether a file of JSON has corrected rows, as its first bytes tell. */
async function hasCorrections(file: LedgerFile): Promise<boolean> {
  return isExport((await readHeadOf(file, exportStartBytes)).bytes);
}

/** Returns null for a file that must be scanned first. */
async function identify(context: Context, discovered: Discovered): Promise<Identified | null> {
  const { file } = discovered;
  if (file.state === 'scanning') return identifyScanned(context, discovered);
  if (file.bytes === 0) throw new LandfallError('LF_FILE_EMPTY', { file: file.name });
  return isReadWhole(discovered, context.chunkBytes) ? identifyWhole(discovered) : null;
}

/**
 * Plans the file. If its content is loaded, it is a duplicate instead. While its content is still being loaded, the
 * file waits: the other load may fail, and the content must not be lost with it.
 */
async function loadOnce(context: Context, identified: Identified): Promise<Prepared> {
  const { file, contentHash } = identified;
  for (;;) {
    const first = await context.ledger.findContent(file.dataset, contentHash, file.fileId);
    if (first?.state === 'done') return { state: 'duplicate', identified, first };
    if (first !== null) return { state: 'waits', forFileId: first.fileId };
    crashPoint('identify.first');
    try {
      await planAndQueue(context, await findOrigin(context, identified));
      return { state: 'queued' };
    } catch (error) {
      // Another process has planned the same content since findContent, so ask again which file it is.
      if (!(error instanceof LandfallError && error.code === 'LF_FILE_DUPLICATE')) throw error;
    }
  }
}

async function planAndQueue(context: Context, planned: Planned): Promise<void> {
  const { ledger, queues, sinks } = context;
  const { file, definition, contentHash, chunks, link, takes } = planned;
  const { fileId } = file;
  const layout = await withReferences(context, definition, planned.layout);
  for (const { versions } of sinksOf(sinks, definition))
    if (versions?.waits(definition, link?.kind ?? file.link)) await versions.makeStaging(definition, file);
  const children = await planChildren(context, planned);
  const plan = {
    ...{ layout, contentHash, chunks, definitionVersion: definition.version },
    ...(link && { link }),
    ...(takes && { takes }),
    children: children.map((child) => child.plan),
  };
  const jobs = await ledger.planFile(fileId, plan, (client, child) =>
    makeChildStaging(context, children, client, child),
  );
  crashPoint('plan.written');
  await queues.submitChunks(fileId, jobs);
  crashPoint('plan.queued');
}

/** True for a file that may be prepared with others. */
export function isSmall(file: LedgerFile): boolean {
  return file.bytes > 0 && file.bytes <= smallBytes && file.link === null && file.state === 'discovered';
}

/**
 * Prepares small files of one dataset together: queues their chunks as one job. Returns the files that must be
 * prepared one by one: those that cannot be read, are compressed, correct rejects, or may be duplicates or versions
 * of others. Throws if that cannot be determined. Then none of their chunks is in the queue.
 */
export async function prepareGroup(
  context: Context,
  files: readonly LedgerFile[],
): Promise<readonly LedgerFile[]> {
  const definition = datasetNamed(context.registry, files[0].dataset);
  // Unique keys are noted and settled file by file, a file with children ends with them, and a child has no files.
  const { name, unique, format } = definition;
  if (unique.length > 0 || format?.parent !== undefined) return files;
  if (childrenOf(context.registry, name).length > 0) return files;
  const identified = await identifyPlain(files.map((file) => ({ file, definition })));
  if (identified.length === 0) return files;
  const { references } = await withReferences(context, definition, identified[0].layout);
  const plans = identified.map(({ file, layout, contentHash }) => ({
    fileId: file.fileId,
    layout: { ...layout, ...(references && { references }) },
    contentHash,
  }));
  const planned = { dataset: name, definitionVersion: definition.version };
  const jobs = await planGroup(context.pool, planned, plans);
  crashPoint('group.planned');
  if (jobs.length > 0) await context.queues.submitGroup(jobs);
  crashPoint('group.queued');
  const queued = new Set(jobs.map(({ fileId }) => fileId));
  return files.filter(({ fileId }) => !queued.has(fileId));
}

/** Identifies the files that need no closer look. Each has a content and a name of its own. */
async function identifyPlain(discovered: readonly Discovered[]): Promise<Identified[]> {
  const plain: Identified[] = [];
  const contents = new Set<string>();
  const names = new Set<string>();
  await atATime(readAtATime, discovered, async (one) => {
    const identified = await identifyWhole(one)
      .then(withInstant)
      .catch(() => null);
    if (identified === null || identified.layout.corrections !== undefined) return;
    if (contents.has(identified.contentHash) || names.has(one.file.name)) return;
    const { mode } = one.definition;
    if (mode.kind === 'snapshot' && asOfName(mode.asOf!.pattern, one.file.name) === null) return;
    contents.add(identified.contentHash);
    names.add(one.file.name);
    plain.push(identified);
  });
  return plain;
}
