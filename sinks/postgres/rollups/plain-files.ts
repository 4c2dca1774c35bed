/** What files of datasets whose rows are all facts change in rollups, in the transaction that ends or undoes them. */
import type pg from 'pg';
import type { StoredDefinition } from '../../../ledger/definition.ts';
import type { CompiledStar } from '../../../model/compiled.ts';
import type { EndingFile, WrittenFile } from '../../contract.ts';
import { hasFacts } from '../ddl/make-star.ts';
import { qualified } from '../ddl/sql-columns.ts';
import type { Relation } from '../events/event-contract.ts';
import { inChunks } from '../facts/in-chunks.ts';
import { starOf } from '../star-of.ts';
import { applyRollups, emptyRollups } from './index.ts';

/** Returns what people should know of rollups. */
export async function rollUpEnded(
  client: pg.ClientBase,
  definition: StoredDefinition,
  files: readonly EndingFile[],
): Promise<string[]> {
  const star = starOf(definition);
  const chunkIds = files.flatMap((file) => file.chunkIds);
  const chunkFiles = files.flatMap((file) => file.chunkIds.map(() => file.file.fileId));
  const delta = { added: [factsOf(star, chunkIds)], removed: [], chunkIds, chunkFiles };
  const ending = files.map(({ file }) => file.fileId);
  return applyRollups(client, definition.name, star, delta, { ending, leaving: [] });
}

/** Call it while the facts are there. */
export async function rollUpUndone(
  client: pg.ClientBase,
  { file, definition, chunkIds }: WrittenFile,
): Promise<void> {
  const star = starOf(definition);
  if (!(await hasFacts(client, star))) return emptyRollups(client, definition.name, star);
  const removed = [factsOf(star, chunkIds)];
  await applyRollups(
    client,
    definition.name,
    star,
    { added: [], removed, removedChunks: chunkIds },
    { ending: [], leaving: [file.fileId] },
  );
}

/** The facts of these chunks, with all columns that the table or view has now. */
function factsOf(star: CompiledStar, chunkIds: readonly number[]): Relation {
  return {
    sql: `select * from ${qualified(star.schema, star.fact)} where ${inChunks(chunkIds)}`,
    values: [],
  };
}
