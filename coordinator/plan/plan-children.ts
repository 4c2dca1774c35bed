/**
 * Plans a file for the datasets that take their rows from it: the children of its dataset. Each gets a row in the ledger
 * and the chunks of the file, in the transaction of its plan.
 */
import type pg from 'pg';
import type { ChildPlan, LedgerFile } from '../../ledger/ledger.ts';
import { checkSnapshotName } from '../../ledger/snapshot-of.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { refuseDrift } from '../../model/file/drift.ts';
import { childrenOf } from '../../model/registry.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { sinksOf } from '../../sinks/all-sinks.ts';
import type { Context } from '../context.ts';
import { readLayout } from '../detect/read-layout.ts';
import type { Planned } from '../stages.ts';
import { withReferences } from './settle-references.ts';
import { bytesOf, withInstant } from './snapshot-content.ts';
import { versionLink } from './versions.ts';

/** A file as a child of another one, before it is in the ledger. */
export interface PlannedChild {
  readonly definition: CompiledDataset;
  readonly plan: ChildPlan;
}

/** Throws LF_DATASET_CHILD for a file of a dataset that has none of its own, but those that correct its rejects. */
export function refuseOwnFile({ name, format }: CompiledDataset, file: LedgerFile): void {
  const parent = format?.parent;
  if (parent !== undefined)
    throw new LandfallError('LF_DATASET_CHILD', { dataset: name, parent, file: file.name });
}

/**
 * What the file is for each child of its dataset. None for corrected rows: each dataset has rejects of its own. Throws
 * LF_DATASET_BROKEN, LF_CHILD_LOADED, LF_FILE_VERSION, LF_DRIFT, LF_SNAPSHOT_NAME.
 */
export async function planChildren(context: Context, planned: Planned): Promise<PlannedChild[]> {
  if (planned.layout.corrections !== undefined) return [];
  const children: PlannedChild[] = [];
  for (const definition of childrenOf(context.registry, planned.definition.name))
    children.push({ definition, plan: await planChild(context, planned, definition) });
  return children;
}

async function planChild(
  context: Context,
  planned: Planned,
  definition: CompiledDataset,
): Promise<ChildPlan> {
  const { name: dataset, version: definitionVersion } = definition;
  const file = { ...planned.file, dataset };
  const layout = await readLayout(definition, file);
  refuseDrift(definition, file, layout);
  const bytes = bytesOf(planned.contentHash)!;
  const { contentHash } = withInstant({ ...planned, file, definition, layout, contentHash: bytes });
  const other = await context.ledger.findContent(dataset, contentHash, file.fileId);
  if (other !== null)
    throw new LandfallError('LF_CHILD_LOADED', { dataset, file: file.name, loaded: other.fileId });
  const link = (await versionLink(context, { file, definition })) ?? (await reloadLink(context, file));
  if (definition.mode.kind === 'snapshot')
    checkSnapshotName(definition.mode.asOf!.pattern, file, link?.kind ?? null);
  return {
    ...{ dataset, contentHash, definitionVersion, layout: await withReferences(context, definition, layout) },
    ...(link && { link }),
  };
}

/** The child of the file that is loaded again. */
async function reloadLink(
  { ledger }: Context,
  { link, linkedTo, dataset }: LedgerFile,
): Promise<ChildPlan['link']> {
  if (link !== 'reloads' || linkedTo === null) return undefined;
  const before = (await ledger.withChildren(linkedTo)).find((one) => one.dataset === dataset);
  return before && { kind: 'reloads', fileId: before.fileId };
}

/** Makes the table in which the rows of a child wait, in the transaction that adds it. */
export async function makeChildStaging(
  { sinks }: Pick<Context, 'sinks'>,
  children: readonly PlannedChild[],
  client: pg.ClientBase,
  child: LedgerFile,
): Promise<void> {
  const { definition } = children.find(({ plan }) => plan.dataset === child.dataset)!;
  for (const { versions } of sinksOf(sinks, definition))
    if (versions?.waits(definition, child.link)) await versions.makeStaging(definition, child, client);
}
