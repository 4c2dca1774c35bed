/**
 * Applies the events of files that end, in the caller's transaction. The caller has the lock of the dataset's events.
 * No statement locks out readers of the star.
 */
import type pg from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { type Ending, keep, withMemory } from './ending.ts';
import type { Applied, EventFile, EventOptions, Shrunk } from './event-contract.ts';
import { changesAlone, eventLayout, scopesOf } from './event-layout.ts';
import { applySnapshot } from './event-snapshots.ts';
import { settleVersions } from './event-versions.ts';
import { keepChanges } from './images.ts';
import { settleKept } from './kept.ts';
import { keysIn } from './seen-snapshots.ts';
import { type Source, sourcesOf } from './sources.ts';
import { type ChunkTies, tiesByFile } from './ties.ts';
import { applyWinners } from './winners.ts';

/** `files`: all of one definition that end together. `snapshotId`: the lake snapshot that they open. */
export async function applyEvents(
  client: pg.ClientBase,
  star: CompiledStar,
  files: readonly EventFile[],
  snapshotId: number,
  { delta: wantsDelta = true }: EventOptions = {},
): Promise<Applied> {
  const layout = await eventLayout(client, star);
  if (layout === null) {
    const reason = `the tables of events of ${star.schema}.${star.fact} are gone`;
    throw new LandfallError('LF_INTERNAL', { reason });
  }
  const ending: Ending = { client, layout, snapshotId, wantsDelta, added: [], removed: [] };
  const ties: ChunkTies[] = [];
  const shrunk: (Shrunk & { fileId: number })[] = [];
  const sources = await sourcesOf(client, star, layout, files, layout.keyed.kind === 'snapshot');
  for (const source of sources) {
    const notes = await withMemory(client, source.rows, () => applySource(ending, source));
    ties.push(...notes.ties);
    shrunk.push(...notes.shrunk.map((scope) => ({ ...scope, fileId: source.files[0].fileId })));
  }
  const { added, removed } = ending;
  return { delta: { added, removed }, notes: { ties: tiesByFile(files, ties), shrunk } };
}

interface Found {
  readonly ties: readonly ChunkTies[];
  readonly shrunk: readonly Shrunk[];
}

async function applySource(ending: Ending, source: Source): Promise<Found> {
  const { layout } = ending;
  if (layout.keyed.kind === 'snapshot') return applyShown(ending, source);
  if (source.rows === 0) return { ties: [], shrunk: [] };
  if (!changesAlone(layout)) return { ties: await applyWinners(ending, source), shrunk: [] };
  const { name: keys } = await keep(ending, 'keys', `select distinct _key from ${source.staged}`);
  let ties: readonly ChunkTies[] = [];
  await keepChanges(ending, keys, async () => {
    if (layout.keyed.kind === 'history') ties = await settleVersions(ending, keys, source.staged);
    else {
      ties = await applyWinners({ ...ending, wantsDelta: false }, source);
      await settleKept(ending, keys);
    }
  });
  return { ties, shrunk: [] };
}

/** A snapshot may change what people are shown of all keys of its scopes, if that includes when they changed. */
async function applyShown(ending: Ending, source: Source): Promise<Found> {
  const { layout } = ending;
  if (!changesAlone(layout)) return applySnapshot(ending, source);
  const { name: scopes } = await keep(ending, 'touched', scopesOf(layout, source.staged));
  let found: Found = { ties: [], shrunk: [] };
  await keepChanges(ending, keysIn(layout, scopes), async () => {
    found = await applySnapshot({ ...ending, wantsDelta: false }, source);
  });
  return found;
}
