/**
 * Moves finished files out of the landing folder, never overwriting another file. A loaded file or a duplicate is
 * moved to archive/<dataset>/<yyyy-mm-dd>/<name>, a failed one to failed/<dataset>/<name>, with <name>.error.json
 * beside it. If the name is taken, the file's id is added to it. Files that were ingested in place, or loaded again
 * from the archive, are not moved.
 *
 *   chosen (the ledger has the new place) ─▶ moved ─▶ settled (the ledger has the address)
 *
 * If the process dies in between, the next start reads from the ledger where the file was to be moved, and resumes.
 * If a backup of the ledger is restored that is older than the move, the file is found where it would be moved to.
 */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { noteAllMoved, noteMove, noteMoved, noteMoves } from '../../ledger/tables/archive.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { atATime } from '../../platform/storage/at-a-time.ts';
import type { Move, Storage } from '../../platform/storage/contract.ts';
import { keyIn, objectUrl, openWritableObject, openWritableObjects } from '../../platform/storage/index.ts';
import type { Context } from '../context.ts';
import type { Moved } from '../stages.ts';
import { movedBefore } from './moved-before.ts';

/** The most files that are moved one by one at the same time. They share the syncs of their folders. */
const movesAtATime = 32;

/** Moves a file that is done or a duplicate. May be repeated. */
export function archiveFile(context: Context, file: LedgerFile): Promise<Moved> {
  return orLater(context, file, intoArchive(context, file));
}

/**
 * archiveFile for many landed files that are done. One statement records where they are to be moved, and another
 * that they are there. Files that need more care (the name is taken, the file has changed) are moved one by one.
 */
export async function archiveFiles(context: Context, files: readonly LedgerFile[]): Promise<Moved[]> {
  const target = await context.archive();
  const moves = await plainMoves(files, target).catch(() => []);
  const chosen = new Map(moves.flatMap(({ files }) => files.map(({ fileId, to }) => [fileId, to])));
  const places = [...chosen].map(([fileId, to]) => ({ fileId, to }));
  await noteMoves(context.pool, places).catch(() => {
    moves.length = 0;
    chosen.clear();
  });
  crashPoint('group.places-chosen');
  const settled: MovingFile[] = [];
  for (const { storage, files } of moves) {
    const done = await target.moveAllFrom(storage, files).catch(() => []);
    settled.push(...files.filter((_, i) => done[i]));
  }
  const there = new Set(settled.map(({ fileId }) => fileId));
  const moved: Moved[] = [];
  await atATime(movesAtATime, files, async (file, i) => {
    const movingTo = chosen.get(file.fileId) ?? null;
    moved[i] = there.has(file.fileId) ? 'moved' : await archiveFile(context, { ...file, movingTo });
  });
  crashPoint('group.moved');
  await noteAllMoved(context.pool, settled);
  return moved;
}

/** A file that is being moved from one store to another. */
interface MovingFile extends Move {
  readonly fileId: number;
  /** Addresses. */
  readonly from: string;
  readonly to: string;
  readonly fingerprint: string;
}

/** Groups files by folder. Leaves out files that stay, are missing or have changed, or whose new name is taken. */
async function plainMoves(
  files: readonly LedgerFile[],
  target: Storage,
): Promise<{ storage: Storage; files: MovingFile[] }[]> {
  const leaving = files.filter(
    ({ origin, movingTo, url }) => origin === 'landing' && movingTo === null && !liesIn(target, url),
  );
  const taken = await target.stats(leaving.map(archiveKey));
  const moves: { storage: Storage; files: MovingFile[] }[] = [];
  for (const { storage, keys, at } of await openWritableObjects(leaving.map(({ url }) => url))) {
    const stored = await storage.stats(keys);
    const plain = at.flatMap((place, i): MovingFile[] => {
      const { fileId, url: from, fingerprint } = leaving[place];
      if (taken[place] !== null || stored[i]?.fingerprint !== fingerprint) return [];
      const key = archiveKey(leaving[place]);
      return [{ fileId, sourceKey: keys[i], key, from, to: objectUrl(target, key), fingerprint }];
    });
    if (plain.length > 0) moves.push({ storage, files: plain });
  }
  return moves;
}

function archiveKey(file: LedgerFile): string {
  return `${file.dataset}/${file.landedAt.toISOString().slice(0, 10)}/${file.name}`;
}

async function intoArchive(context: Context, file: LedgerFile): Promise<Moved> {
  const wanted = archiveKey(file);
  return moveOut(context, file, context.archive, { wanted, before: () => dropReport(context, file) });
}

/** Removes the error report of a file that was loaded from the folder of failed files. */
async function dropReport(context: Context, file: LedgerFile): Promise<void> {
  if (!liesIn(await context.failed(), file.url)) return;
  const { storage, key } = await openWritableObject(file.url);
  await storage.delete(`${key}.error.json`);
  crashPoint('away.report-dropped');
}

/** Moves a failed file and writes the reason beside it, unless it was already moved. May be repeated. */
export function moveFailed(context: Context, file: LedgerFile, receipt: Receipt): Promise<Moved> {
  return orLater(context, file, intoFailed(context, file, receipt));
}

async function intoFailed(context: Context, file: LedgerFile, receipt: Receipt): Promise<Moved> {
  const { error, rejectsByCode, finishedAt } = receipt;
  const report = { ...error, file: file.name, at: finishedAt, rejectsByCode };
  const write = async (storage: Storage, key: string) => {
    await storage.put(`${key}.error.json`, `${JSON.stringify(report, null, 2)}\n`);
    crashPoint('away.report-written');
  };
  const wanted = `${file.dataset}/${file.name}`;
  const moved = await moveOut(context, file, context.failed, { wanted, before: write });
  if (moved !== 'stays' || !liesIn(await context.failed(), file.url)) return moved;
  const { storage, key } = await openWritableObject(file.url);
  if (file.origin === 'landing' && (await storage.stat(key)) !== null) await write(storage, key);
  return moved;
}

function liesIn(store: Storage, url: string): boolean {
  return keyIn(store, url) !== null;
}

/** The file has ended whether or not it is moved. If it cannot be moved now, the next start tries again. */
async function orLater(context: Context, file: LedgerFile, moving: Promise<Moved>): Promise<Moved> {
  try {
    return await moving;
  } catch (error) {
    context.log.error(
      { err: error, file: file.name },
      'could not move a file that has ended; the next start tries again',
    );
    return 'stays';
  }
}

/** `before`: called when the new place is chosen and the file has not been moved yet. */
async function moveOut(
  context: Context,
  file: LedgerFile,
  openTarget: () => Promise<Storage>,
  { wanted, before }: { wanted: string; before: (target: Storage, key: string) => Promise<void> },
): Promise<Moved> {
  if (file.origin !== 'landing') return 'stays';
  const target = await openTarget();
  if (liesIn(target, file.url)) return 'stays';
  const [source] = await openWritableObjects([file.url]);
  const stored = (await source?.storage.stat(source.keys[0])) ?? null;
  const begun = file.movingTo === null ? null : keyIn(target, file.movingTo);
  if (source === undefined || stored?.fingerprint !== file.fingerprint) {
    if (begun !== null && (await target.stat(begun)) !== null) return settle(context, file, target, begun);
    if (file.movingTo !== null) await noteMove(context.pool, file.fileId, null);
    const found = await movedBefore(target, file, (again) => placeOf(file, wanted, again));
    if (found !== null) await settle(context, file, target, found);
    if (stored !== null) return 'changed';
    return found === null ? 'gone' : 'moved';
  }
  const key = begun ?? (await choosePlace(context, file, target, wanted));
  await before(target, key);
  await target.moveFrom(source.storage, source.keys[0], key, file.fingerprint);
  crashPoint('away.moved');
  return settle(context, file, target, key);
}

/** Records the file's address in the ledger. */
async function settle(context: Context, file: LedgerFile, target: Storage, key: string): Promise<Moved> {
  const { url: from, fingerprint } = file;
  await noteMoved(context.pool, { from, to: objectUrl(target, key), fingerprint });
  crashPoint('away.settled');
  return 'moved';
}

/** A key that is free and not reserved in the ledger: `name.csv`, else `name~12.csv`, `name~12~2.csv`, … */
async function choosePlace(
  { pool }: Context,
  file: LedgerFile,
  target: Storage,
  wanted: string,
): Promise<string> {
  for (let again = 0; ; again++) {
    const key = placeOf(file, wanted, again);
    if (!(await isFree(target, key))) continue;
    if (!(await noteMove(pool, file.fileId, objectUrl(target, key)))) continue;
    crashPoint('away.chosen');
    return key;
  }
}

/** Where the file is moved to if so many places before are taken. */
function placeOf({ fileId }: LedgerFile, wanted: string, again: number): string {
  return again === 0 ? wanted : numbered(wanted, fileId, again);
}

function numbered(wanted: string, fileId: number, again: number): string {
  const slash = wanted.lastIndexOf('/');
  const dot = wanted.indexOf('.', slash + 2);
  const [stem, ending] = dot < 0 ? [wanted, ''] : [wanted.slice(0, dot), wanted.slice(dot)];
  return `${stem}~${fileId}${again > 1 ? `~${again}` : ''}${ending}`;
}

/** Whether anything has that name, including a link, a folder or a file that Landfall did not put there. */
async function isFree(target: Storage, key: string): Promise<boolean> {
  try {
    return (await target.stat(key)) === null;
  } catch {
    return false;
  }
}
