/**
 * Plans a file again with the current definition. The file keeps its name and its place in the landing folder, and
 * gets a new number.
 *
 *   scanning, loading ─▶ renewed ─▶ swept
 *
 * One transaction removes what was loaded with another version and puts the new row in the file's place. What is left
 * of the old number in the sinks is removed afterwards: at once, or after a crash by the next coordinator that tidies.
 */
import { definitionOf } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { noteRenewedSwept, planAgain, renewedFiles } from '../../ledger/tables/plan-again.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { removeFromSinks } from '../../sinks/all-sinks.ts';
import { type Context, warnGone } from '../context.ts';
import { clearSpoolOf } from '../finalise/clear-spool.ts';
import { pastCommits } from '../finalise/unload.ts';

/**
 * Removes what was loaded of the file, and returns the file that takes its place. Null if the file is left unchanged:
 * it has ended, or is planned with the current definition, or has committed chunks and `evenCommitted` is false.
 */
export async function planFileAgain(
  context: Context,
  file: LedgerFile,
  { evenCommitted }: { readonly evenCommitted: boolean },
): Promise<LedgerFile | null> {
  const dataset = context.registry.get(file.dataset);
  if (dataset === undefined) return null;
  const isCurrent = (one: LedgerFile) => !isOutdated(context, one);
  const again = await pastCommits(context, file.fileId, async (client) => {
    const again = await planAgain(client, file.fileId, { isCurrent, evenCommitted });
    if (again === null) return null;
    crashPoint('renew.ledger-written');
    for (const { file: before, committed: chunkIds } of again.before) {
      const definition = await definitionOf(client, context.registry, before);
      // The facts of a version that replaces another are in a separate table, which is dropped as a whole.
      const written = { file: before, definition, chunkIds, ended: false, snapshotId: null };
      if (chunkIds.length > 0 && before.link !== 'replaces')
        await removeFromSinks(context.sinks, client, written, (what) => warnGone(context)(before, what));
    }
    crashPoint('renew.facts-deleted');
    return again;
  });
  if (again === null) return null;
  const [{ file: before }] = again.before;
  crashPoint('renew.committed');
  context.log.info(
    { file: file.name, dataset: file.dataset, from: before.definitionVersion, to: dataset.version },
    'the definition has changed; planning the file again',
  );
  if (before.state === 'loading') for (const one of again.before) await sweepOne(context, one.file);
  for (const { versions } of context.sinks) await versions?.dropStaging();
  await clearSpoolOf(context, before);
  return again.file;
}

/**
 * Whether the file was planned with a version other than the current one of its dataset. A child is, too, if its dataset
 * was removed: its parent is to be loaded without it.
 */
export function isOutdated(
  { registry }: Pick<Context, 'registry'>,
  { dataset, definitionVersion, parentId }: LedgerFile,
): boolean {
  const today = registry.get(dataset);
  if (today !== undefined) return definitionVersion !== null && definitionVersion !== today.version;
  return parentId !== null && !registry.broken().some((broken) => broken.dataset === dataset);
}

/** Removes what files that were planned again have left in the sinks. */
export async function sweepRenewed(context: Pick<Context, 'pool' | 'sinks'>): Promise<void> {
  for (const { file_id: fileId, dataset } of await renewedFiles(context.pool))
    await sweepOne(context, { fileId, dataset });
}

async function sweepOne(
  { pool, sinks }: Pick<Context, 'pool' | 'sinks'>,
  file: Pick<LedgerFile, 'fileId' | 'dataset'>,
): Promise<void> {
  for (const sink of sinks) await sink.sweep(file);
  crashPoint('renew.lake-swept');
  await noteRenewedSwept(pool, file.fileId);
  crashPoint('renew.swept');
}
