/** Takes many small files to loading at once: prepare.ts for those with which nothing is out of the ordinary. */

import { planGroup, type SmallPlan } from '../../ledger/groups.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { datasetNamed } from '../../model/registry.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { atATime } from '../../platform/storage/at-a-time.ts';
import type { ChunkJob } from '../../platform/types.ts';
import type { Context } from '../context.ts';
import { readInline } from './prepare.ts';

/** A file up to this size may be prepared, loaded and ended together with others. */
export const smallBytes = 64 * 1024;

/** Files of a group: with their rows and parts they take some 32 MiB of a worker's memory at most. */
export const groupFiles = 64;

/** Files read at a time. */
const readAtATime = 8;

/** True for a file that may go with others. What is found out later may still set it apart. */
export function isSmall(file: LedgerFile): boolean {
  return file.bytes > 0 && file.bytes <= smallBytes && file.link === null && file.state === 'discovered';
}

/**
 * Ends with the chunks of some of the files in the queue, as one job; the answer are the others, to be
 * prepared one by one: those that cannot be read, are compressed, fix another or may be duplicates or
 * versions of others. Throws where that cannot be found out; then the queue has nothing of them. `files`: of one dataset.
 */
export async function prepareGroup(
  context: Context,
  files: readonly LedgerFile[],
): Promise<readonly LedgerFile[]> {
  const dataset = datasetNamed(context.registry, files[0].dataset);
  // Keys that are unique are noted and settled file by file.
  if (dataset.unique.length > 0) return files;
  const plans: SmallPlan[] = [];
  const contents = new Set<string>();
  const names = new Set<string>();
  await atATime(readAtATime, files, async (file) => {
    const read = await readInline(dataset, file).catch(() => null);
    if (read === null || read.layout.corrections !== undefined) return;
    if (contents.has(read.contentHash) || names.has(file.name)) return;
    contents.add(read.contentHash);
    names.add(file.name);
    plans.push({ fileId: file.fileId, ...read });
  });
  if (plans.length === 0) return files;
  const { name, version: definitionVersion } = dataset;
  const jobs: ChunkJob[] = await planGroup(context.pool, { dataset: name, definitionVersion }, plans);
  crashPoint('group.planned');
  if (jobs.length > 0) await context.queues.submitGroup(jobs);
  crashPoint('group.queued');
  const queued = new Set(jobs.map(({ fileId }) => fileId));
  return files.filter(({ fileId }) => !queued.has(fileId));
}
