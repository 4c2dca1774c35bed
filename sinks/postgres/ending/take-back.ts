/** Takes a file's rows out of the star, in the transaction in which the ledger takes it out. */
import type pg from 'pg';
import { ledgerRollups } from '../../../ledger/tables/rollups.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import type { WrittenFile } from '../../contract.ts';
import { deleteFacts } from '../ddl/make-star.ts';
import { undoMembers } from '../dimensions/attributes/settle-members.ts';
import { dropStagedEvents, undoEvents } from '../events/index.ts';
import { applyRollups, emptyRollups, forgetChunks } from '../rollups/index.ts';
import { rollUpUndone } from '../rollups/plain-files.ts';
import { starOf } from '../star-of.ts';

/** Returns what a person has dropped with all of the file's rows in it, in words; otherwise null. */
export async function takeBack(client: pg.ClientBase, written: WrittenFile): Promise<string | null> {
  const { definition, chunkIds } = written;
  const star = starOf(definition);
  const gone = await (star.keyed === null ? takeBackFacts : takeBackEvents)(client, written);
  crashPoint('remove.rows-deleted');
  await undoMembers(client, star, chunkIds);
  crashPoint('remove.members-settled');
  return gone;
}

async function takeBackFacts(client: pg.ClientBase, written: WrittenFile): Promise<string | null> {
  const { definition, chunkIds, ended } = written;
  const star = starOf(definition);
  if (ended) await rollUpUndone(client, written);
  else await forgetChunks(client, definition.name, chunkIds);
  return (await deleteFacts(client, star, chunkIds)) ? null : `the table ${star.schema}.${star.fact}`;
}

async function takeBackEvents(
  client: pg.ClientBase,
  { file, definition, chunkIds, ended, snapshotId }: WrittenFile,
): Promise<string | null> {
  const star = starOf(definition);
  const { name } = definition;
  if (!ended) {
    await dropStagedEvents(client, star, chunkIds);
    return null;
  }
  const { fileId } = file;
  const wantsDelta = (await ledgerRollups(client, name)).length > 0;
  const delta = await undoEvents(client, star, { fileId, chunkIds }, snapshotId!, { delta: wantsDelta });
  if (delta === null) {
    await emptyRollups(client, name, star);
    return `the tables behind ${star.schema}.${star.fact}`;
  }
  await applyRollups(client, name, star, delta, { ending: [], leaving: [fileId] });
  return null;
}
