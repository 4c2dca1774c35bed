/** What the star does for files of one definition in the transaction in which they become done. */
import type pg from 'pg';
import type { StoredDefinition } from '../../../ledger/definition.ts';
import { snapshotOf } from '../../../ledger/snapshot-of.ts';
import { ledgerRollups } from '../../../ledger/tables/rollups.ts';
import type { CompiledStar } from '../../../model/compiled.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import type { EndedNote, EndedNotes, EndingFile } from '../../contract.ts';
import { tablesOfOtherMode } from '../ddl/grow-events.ts';
import { applyMembers } from '../dimensions/attributes/settle-members.ts';
import { applyEvents, type EventFile, type EventNotes } from '../events/index.ts';
import { applyRollups } from '../rollups/index.ts';
import { rollUpEnded } from '../rollups/plain-files.ts';
import { starOf } from '../star-of.ts';

/** Throws LF_SNAPSHOT_SHRUNK, LF_MODE_CHANGED. */
export async function endFiles(
  client: pg.ClientBase,
  definition: StoredDefinition,
  files: readonly EndingFile[],
  snapshotId: number,
): Promise<EndedNotes> {
  const star = starOf(definition);
  const { ties, rollups } =
    star.keyed === null
      ? { ties: [], rollups: await rollUpEnded(client, definition, files) }
      : await endEvents(client, definition, files, snapshotId);
  crashPoint('end.rollups-applied');
  await applyMembers(
    client,
    star,
    files.flatMap(({ chunkIds }) => chunkIds),
  );
  crashPoint('end.members-settled');
  const notes = new Map<number, EndedNote>(
    ties.map(({ fileId, count, sample }) => [fileId, { ties: { count, sample } }]),
  );
  const { fileId } = files[files.length - 1].file;
  if (rollups.length > 0) notes.set(fileId, { ...notes.get(fileId), rollups });
  return notes;
}

async function endEvents(
  client: pg.ClientBase,
  definition: StoredDefinition,
  files: readonly EndingFile[],
  snapshotId: number,
): Promise<{ readonly ties: EventNotes['ties']; readonly rollups: readonly string[] }> {
  const star = starOf(definition);
  // Events of another key or order are not to be compared with these. The star was rebuilt after the file was planned.
  if ((await tablesOfOtherMode(client, definition)).length > 0)
    throw new LandfallError('LF_MODE_CHANGED', { dataset: definition.name });
  const events: EventFile[] = [];
  for (const file of files) events.push(await eventFileOf(client, star, file));
  // Snapshots that end together are compared with each other, each with the one before it.
  if (star.keyed?.kind === 'snapshot')
    events.sort((a, b) => (instantAndContent(a) < instantAndContent(b) ? -1 : 1));
  const wantsDelta = (await ledgerRollups(client, definition.name)).length > 0;
  const { delta, notes } = await applyEvents(client, star, events, snapshotId, { delta: wantsDelta });
  crashPoint('end.events-applied');
  refuseShrunk(star, files, notes);
  const ending = events.map(({ fileId }) => fileId);
  const rollups = await applyRollups(client, definition.name, star, delta, { ending, leaving: [] });
  return { ties: notes.ties, rollups };
}

function instantAndContent({ asOf, contentHash }: EventFile): string {
  return `${asOf} ${contentHash}`;
}

export async function eventFileOf(
  client: pg.ClientBase,
  { keyed }: CompiledStar,
  { file, chunkIds }: EndingFile,
): Promise<EventFile> {
  const about = { fileId: file.fileId, chunkIds, seenAt: file.seenAt };
  if (keyed?.asOf == null) return { ...about, asOf: null, contentHash: file.contentHash ?? '' };
  return { ...about, ...(await snapshotOf(client, keyed.asOf, file)) };
}

function refuseShrunk({ keyed }: CompiledStar, files: readonly EndingFile[], { shrunk }: EventNotes): void {
  const most = keyed?.maxDeleted ?? null;
  if (most === null) return;
  for (const { fileId, keys, absent } of shrunk) {
    const { file } = files.find((one) => one.file.fileId === fileId)!;
    if (file.accepted || absent <= keys * most) continue;
    throw new LandfallError('LF_SNAPSHOT_SHRUNK', { file: file.name, absent, keys, most: `${most * 100} %` });
  }
}
