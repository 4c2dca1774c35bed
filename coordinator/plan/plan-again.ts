/**
 * Plans a file again with the current definition. What was loaded with another version is removed first, in one
 * transaction, and then swept. The file keeps its name and its place in the landing folder, and gets a new number.
 */
import { definitionOf } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { type PlannedAgain, planAgain } from '../../ledger/tables/plan-again.ts';
import { sinksOf } from '../../sinks/all-sinks.ts';
import type { Context } from '../context.ts';
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
  const { version } = dataset;
  const again = await pastCommits(context, file.fileId, async (client) => {
    const again = await planAgain(client, file.fileId, { version, evenCommitted });
    if (again === null) return null;
    const { before, committed: chunkIds } = again;
    const definition = await definitionOf(client, context.registry, before);
    // The facts of a version that replaces another are in a separate table, which is dropped as a whole.
    if (chunkIds.length > 0 && before.link !== 'replaces')
      for (const sink of sinksOf(context.sinks, definition))
        await sink.remove(client, { file: before, definition, chunkIds });
    return again;
  });
  if (again === null) return null;
  context.log.info(
    { file: file.name, dataset: file.dataset, from: again.before.definitionVersion, to: version },
    'the definition has changed; planning the file again',
  );
  await sweep(context, again);
  return again.file;
}

async function sweep(context: Context, { before }: PlannedAgain): Promise<void> {
  const { sinks } = context;
  if (before.state === 'loading') for (const sink of sinks) await sink.sweep(before);
  if (before.link === 'replaces') for (const { versions } of sinks) await versions?.dropStaging();
  await clearSpoolOf(context, before);
}
