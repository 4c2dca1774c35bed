/**
 * A file's definition travels with it: whatever loads, undoes, audits, replays or fails a file uses the
 * definition that the file was planned with, however the folder of definitions looks today.
 *
 *   not planned yet            today's definition of its dataset
 *   planned with today's       the same
 *   planned with another one   the one that the ledger keeps under its version
 */
import type { CompiledColumn, CompiledDataset, CompiledStar } from '../model/compiled.ts';
import { datasetNamed, type Registry } from '../model/registry.ts';
import { LandfallError } from '../platform/errors/errors.ts';
import type { ChunkJob } from '../platform/queue/contract.ts';
import { toJson } from './json.ts';
import type { LedgerFile } from './rows.ts';
import { type Client, run } from './statements/run.ts';

/** Least time between two readings of the definitions for chunks whose version this process does not have, in ms. */
const reloadPauseMs = 1_000;

const reloads = new WeakMap<Registry, { readonly at: number; readonly done: Promise<boolean> }>();

/** A definition as the ledger keeps it: plain data, without the functions that only loading needs. */
export type StoredDefinition = Omit<CompiledDataset, 'columns' | 'enrichments' | 'rules'> & {
  readonly columns: readonly Pick<CompiledColumn, 'name' | 'logical'>[];
};

/**
 * The definition that the file was planned with; for a file that is not planned yet, today's. `client`: of the
 * caller's transaction, where there is one.
 * @throws LandfallError LF_DATASET_UNKNOWN for a file that is not planned yet
 */
export async function definitionOf(
  client: Client,
  registry: Registry,
  { dataset, definitionVersion }: Pick<LedgerFile, 'dataset' | 'definitionVersion'>,
): Promise<StoredDefinition> {
  if (definitionVersion === null) return datasetNamed(registry, dataset);
  const known = registry.version(dataset, definitionVersion);
  if (known !== undefined) return known;
  const stored = await storedDefinition(client, definitionVersion);
  if (stored !== null) return stored;
  const reason = `the ledger has no definition of ${dataset} with version ${definitionVersion}`;
  throw new LandfallError('LF_INTERNAL', { reason });
}

/** Keeps a definition under its version, as it was last used: marts, checks and the like may change meanwhile. */
export async function saveDefinition(
  client: Client,
  version: string,
  dataset: string,
  definition: unknown,
): Promise<void> {
  await run(client, 'definitions/save-definition', [version, dataset, toJson(definition)]);
}

/** The definition with this version; null where the ledger has none. */
export async function storedDefinition(client: Client, version: string): Promise<StoredDefinition | null> {
  const [row] = await run(client, 'definitions/definition', [version]);
  return row === undefined ? null : present(row.definition as StoredDefinition | EarlierDefinition);
}

/** A definition that was kept before datasets had modes. */
type EarlierDefinition = Omit<StoredDefinition, 'mode' | 'star'> & {
  readonly mode: 'append';
  readonly star: Omit<CompiledStar, 'keyed'> | null;
};

function present(definition: StoredDefinition | EarlierDefinition): StoredDefinition {
  if (definition.mode !== 'append') return definition;
  const { star } = definition;
  return { ...definition, mode: { kind: 'append' }, star: star && { ...star, keyed: null } };
}

/**
 * The definition that a chunk is loaded with. Loading needs the definition's functions, which only the
 * definition files have. A version that this process does not have is looked for in the files as they are now; where
 * they have another one, the chunk waits for a worker that has the version which its file was planned with.
 * @throws LandfallError LF_DATASET_UNKNOWN, LF_DATASET_BROKEN, LF_DEFINITION_MISMATCH
 */
export async function definitionToLoad(
  registry: Registry,
  { dataset, definitionVersion: planned }: Pick<ChunkJob, 'dataset' | 'definitionVersion'>,
): Promise<CompiledDataset> {
  const known = registry.version(dataset, planned);
  if (known !== undefined) return known;
  await reload(registry);
  const found = registry.version(dataset, planned);
  if (found !== undefined) return found;
  const present = datasetNamed(registry, dataset);
  throw new LandfallError('LF_DEFINITION_MISMATCH', { dataset, planned, present: present.version });
}

/** Reads the definitions again, unless that was done a moment ago. */
async function reload(registry: Registry): Promise<void> {
  const last = reloads.get(registry);
  if (last !== undefined && performance.now() - last.at < reloadPauseMs) return void (await last.done);
  const next = { at: performance.now(), done: registry.reload() };
  reloads.set(registry, next);
  await next.done;
}
