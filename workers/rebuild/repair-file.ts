/**
 * Repairs a file that is done from where it lies now: parts of the lake that are missing or damaged, and rows of the star
 * that somebody has changed behind Landfall's back.
 *
 *   each chunk that differs: read again ─▶ its file locked against an undo ─▶ written ─▶ committed
 *
 * A chunk of a definition has the same parts however often it is written. A repair that dies leaves them as they were or
 * whole, and the next one does the rest.
 */
import { ChunkTransaction } from '../../ledger/chunk-transaction.ts';
import { definitionToLoad } from '../../ledger/definition.ts';
import type { LedgerFile, LedgerPart } from '../../ledger/ledger.ts';
import { type LoadedChunk, loadedChunks } from '../../ledger/tables/chunks.ts';
import { shareFile } from '../../ledger/tables/files.ts';
import { partsOf, replaceParts } from '../../ledger/tables/lake/parts.ts';
import { repeatsOfChunk } from '../../ledger/tables/rejects.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Registry } from '../../model/registry.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { SinkGroup } from '../../sinks/contract.ts';
import { auditLakeOf } from '../../sinks/lake/audit-lake.ts';
import { LakeSink } from '../../sinks/lake/lake-sink.ts';
import { isChanging } from '../../sinks/postgres/ddl/dimension-ddl.ts';
import { deleteFacts } from '../../sinks/postgres/ddl/make-star.ts';
import { starOf } from '../../sinks/postgres/star-of.ts';
import type { StarSink } from '../../sinks/postgres/star-sink.ts';
import { type ReadTools, readInto, readWhereItIs, withChunks } from './read-again.ts';

export interface RepairTools extends ReadTools {
  readonly registry: Registry;
  readonly star: StarSink;
}

/** How many chunks were written again. */
export interface Repaired {
  readonly lake: number;
  readonly star: number;
}

/**
 * Repairs what differs, and returns how much that was: nothing if the file is not done, or only the ledger differs.
 * Throws LF_DEFINITION_MISMATCH (the definition that it was loaded with is not there any more), LF_FILE_MISSING,
 * LF_FILE_CHANGED, LF_REPAIR_ROWS, LF_REPAIR_STAR.
 */
export async function repairFile(fileId: number, tools: RepairTools): Promise<Repaired> {
  const { pool, ledger, registry } = tools;
  const file = await ledger.file(fileId);
  if (file?.state !== 'done') return { lake: 0, star: 0 };
  const { name, definitionVersion } = file;
  const dataset = await definitionToLoad(registry, { ...file, definitionVersion: definitionVersion! });
  const chunks = await loadedChunks(pool, fileId);
  const damage = {
    lake: await damagedParts(chunks, tools),
    star: await damagedFacts(dataset, chunks, tools),
  };
  const affected = chunks.filter((one) => damage.lake.includes(one) || damage.star.includes(one));
  if (affected.length === 0) return { lake: 0, star: 0 };
  await withChunks(file, affected, tools, async () => {
    for (const one of damage.lake)
      await readWhereItIs(file, ledger, (found) => rewriteParts(dataset, found, one, tools));
    if (damage.star.length > 0) await refuseStar(dataset, name);
    for (const one of damage.star)
      await readWhereItIs(file, ledger, (found) => rewriteFacts(dataset, found, one, tools));
  });
  return { lake: damage.lake.length, star: damage.star.length };
}

/** The chunks of which the lake lacks something. */
async function damagedParts(
  chunks: readonly LoadedChunk[],
  { pool, lake }: RepairTools,
): Promise<LoadedChunk[]> {
  if (chunks.length === 0) return [];
  const byChunk = new Map<number, LedgerPart[]>(chunks.map(({ chunk }) => [chunk.chunkId, []]));
  for (const part of await partsOf(pool, chunks[0].chunk.fileId)) byChunk.get(part.chunkId)?.push(part);
  const audits = await auditLakeOf(lake, [...byChunk.values()], { footers: true });
  return chunks.filter(({ chunk }, i) => audits[i].faults.length > 0 || audits[i].rows !== chunk.rows.loaded);
}

/** The chunks that have other rows in the star than were loaded. */
async function damagedFacts(
  dataset: CompiledDataset,
  chunks: readonly LoadedChunk[],
  { star }: RepairTools,
): Promise<LoadedChunk[]> {
  if (dataset.star === null) return [];
  const files = chunks.map(({ chunk }) => ({ definition: dataset, chunks: [chunk], parts: [] }));
  const counts = await star.count(files, { recount: true });
  return chunks.filter(({ chunk }, i) => counts[i].rows !== chunk.rows.loaded);
}

/** Throws LF_REPAIR_STAR if what the star shows of a file depends on others. */
async function refuseStar(dataset: CompiledDataset, file: string): Promise<void> {
  const { keyed, dimensions } = starOf(dataset);
  const reason =
    keyed !== null
      ? 'which of its events are current depends on other files'
      : dimensions.some(isChanging)
        ? 'attributes of its members depend on other files'
        : null;
  if (reason !== null) throw new LandfallError('LF_REPAIR_STAR', { file, reason, dataset: dataset.name });
}

async function rewriteParts(
  dataset: CompiledDataset,
  file: LedgerFile,
  loaded: LoadedChunk,
  tools: RepairTools,
): Promise<void> {
  const { chunkId, fileId } = loaded.chunk;
  await rewrite(
    new LakeSink(tools.lake, tools.pool).openRewrite(),
    dataset,
    file,
    loaded,
    tools,
    (client, parts) => replaceParts(client, { chunkId, fileId }, parts),
  );
}

/** Rollups have the rows still: they change with files alone. */
async function rewriteFacts(
  dataset: CompiledDataset,
  file: LedgerFile,
  loaded: LoadedChunk,
  tools: RepairTools,
): Promise<void> {
  // Somebody may have dropped the table.
  await tools.star.setUp(dataset);
  const group = tools.star.openGroup({ ...dataset, marts: [] });
  await rewrite(group, dataset, file, loaded, tools, async (client) => {
    await deleteFacts(client, starOf(dataset), [loaded.chunk.chunkId]);
  });
}

/** `replace`: takes what was there before out, in the transaction, before the group is prepared. */
async function rewrite(
  group: SinkGroup,
  dataset: CompiledDataset,
  file: LedgerFile,
  loaded: LoadedChunk,
  tools: RepairTools,
  replace: (
    client: Parameters<typeof replaceParts>[0],
    parts: Parameters<typeof replaceParts>[2],
  ) => Promise<void>,
): Promise<void> {
  const { chunk } = loaded;
  const repeats = await repeatsOfChunk(tools.pool, chunk.chunkId);
  const transaction = new ChunkTransaction(tools.pool, [chunk.chunkId]);
  try {
    const { accepted, account } = await readInto(group, dataset, file, loaded, tools, repeats);
    if (accepted !== chunk.rows.loaded) {
      const counts = { loaded: chunk.rows.loaded, accepted };
      throw new LandfallError('LF_REPAIR_ROWS', { file: file.name, chunk: chunk.number, ...counts });
    }
    const client = await transaction.open();
    // It may have been undone meanwhile.
    if ((await shareFile(client, chunk.fileId))?.state !== 'done') {
      await group.abort();
      return transaction.giveUp('not done');
    }
    await replace(client, account.parts ?? []);
    await group.prepare(transaction);
    await group.publish();
    await transaction.commit();
  } catch (error) {
    await group.abort();
    transaction.giveUp(error);
    throw error;
  }
}
