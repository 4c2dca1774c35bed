/** Takes files back whose events were applied, and counts and drops events. */
import type pg from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
import { inChunks } from '../facts/in-chunks.ts';
import { type Ending, keep, withMemory } from './ending.ts';
import type { Delta, EventCounts, EventFile, EventOptions } from './event-contract.ts';
import { changesAlone, type EventLayout, eventLayout } from './event-layout.ts';
import { undoSnapshot } from './event-snapshots.ts';
import { settleVersions } from './event-versions.ts';
import { keepChanges } from './images.ts';
import { settleKept } from './kept.ts';
import { settleSeen } from './seen.ts';
import { keysIn, settleSnapshots } from './seen-snapshots.ts';
import { undoWinners } from './winners.ts';

/**
 * Removes the events of a file that is done, and promotes the best of what remains, in the caller's transaction. The
 * caller has the lock of the dataset's events. Null where a person has dropped the tables: the events are gone with
 * them. `snapshotId`: the lake snapshot that the transaction opens.
 */
export async function undoEvents(
  client: pg.ClientBase,
  star: CompiledStar,
  file: Pick<EventFile, 'fileId' | 'chunkIds'>,
  snapshotId: number,
  { delta: wantsDelta = true }: EventOptions = {},
): Promise<Delta | null> {
  const layout = await eventLayout(client, star);
  if (layout === null) return null;
  const ending: Ending = { client, layout, snapshotId, wantsDelta, added: [], removed: [] };
  const { current, superseded } = await eventCounts(client, star, file.chunkIds);
  await withMemory(client, current + superseded, () => undoFile(ending, file));
  const { added, removed } = ending;
  return { added, removed };
}

async function undoFile(ending: Ending, file: Pick<EventFile, 'fileId' | 'chunkIds'>): Promise<void> {
  const { client, layout } = ending;
  const { keyed, current, superseded } = layout;
  const ofChunks = inChunks(file.chunkIds);
  if (keyed.kind === 'snapshot') return undoShown(ending, file);
  if (!changesAlone(layout)) return undoWinners(ending, file.chunkIds);
  const ofFile = (table: string) => `select _key from ${table} where ${ofChunks}`;
  const { name: keys } = await keep(ending, 'keys', `${ofFile(current)} union ${ofFile(superseded)}`);
  await keepChanges(ending, keys, async () => {
    if (keyed.kind === 'history') {
      for (const table of [current, superseded]) await client.query(`delete from ${table} where ${ofChunks}`);
      await settleVersions(ending, keys, null);
    } else {
      await undoWinners({ ...ending, wantsDelta: false }, file.chunkIds);
      await settleKept(ending, keys);
      await settleSeen(ending, keys);
    }
  });
}

/** As apply-events.ts does with a snapshot. */
async function undoShown(ending: Ending, file: Pick<EventFile, 'fileId' | 'chunkIds'>): Promise<void> {
  const { layout } = ending;
  if (!changesAlone(layout)) return undoSnapshot(ending, file);
  const ofFile = `select _scope from ${layout.scopes} where file_id = $1`;
  const { name: scopes } = await keep(ending, 'touched', ofFile, [file.fileId]);
  const keys = keysIn(layout, scopes);
  await keepChanges(ending, keys, async () => {
    await undoSnapshot({ ...ending, wantsDelta: false }, file);
    await settleSnapshots(ending, keys);
  });
}

/**
 * How many events of each of these chunks are current and superseded, in one pass over each table. Of history, the events
 * that begin or end a version are current. Chunks without events are left out, as all are where a person has dropped the
 * tables.
 */
export async function eventsByChunk(
  client: pg.Pool | pg.ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
): Promise<ReadonlyMap<number, EventCounts>> {
  const layout = await eventLayout(client, star);
  if (layout === null) return new Map();
  const { rows } = await client.query<EventCounts & { chunk_id: number }>(
    `select chunk_id, sum(current)::float8 as current, sum(superseded)::float8 as superseded
     from (${countsIn(layout, chunkIds)}) counts group by 1`,
  );
  return new Map(rows.map(({ chunk_id, ...counts }) => [chunk_id, counts]));
}

/** Counts the events of these chunks together. */
export async function eventCounts(
  client: pg.Pool | pg.ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
): Promise<EventCounts> {
  return sumOfEvents(await eventsByChunk(client, star, chunkIds), chunkIds);
}

/** The sum over some of the chunks that were counted. */
export function sumOfEvents(
  byChunk: ReadonlyMap<number, EventCounts>,
  chunkIds: readonly number[],
): EventCounts {
  const sum = { current: 0, superseded: 0 };
  for (const chunkId of chunkIds) {
    sum.current += byChunk.get(chunkId)?.current ?? 0;
    sum.superseded += byChunk.get(chunkId)?.superseded ?? 0;
  }
  return sum;
}

function countsIn({ current, superseded }: EventLayout, chunkIds: readonly number[]): string {
  const where = inChunks(chunkIds);
  return `select chunk_id, count(*) as current, 0 as superseded from ${current} where ${where} group by 1
    union all select chunk_id, 0, count(*) from ${superseded} where ${where} group by 1`;
}

/** How many events have become current in a snapshot. Reads the whole of F_current. */
export async function eventsSince(
  client: pg.ClientBase,
  star: CompiledStar,
  snapshotId: number,
): Promise<number> {
  const layout = await eventLayout(client, star);
  if (layout === null) return 0;
  const { rows } = await client.query<{ events: number }>(
    `select count(*)::float8 as events from ${layout.current} c where c._since = $1`,
    [snapshotId],
  );
  return rows[0].events;
}

/** Drops the events of a file that does not become done out of the staging table that small files share. */
export async function dropStagedEvents(
  client: pg.ClientBase,
  star: CompiledStar,
  chunkIds: readonly number[],
): Promise<void> {
  const layout = await eventLayout(client, star);
  if (layout !== null) await client.query(`delete from ${layout.staging} where ${inChunks(chunkIds)}`);
}
