/**
 * Takes finished files out of the landing folder, and never over another file:
 * archive/<dataset>/<yyyy-mm-dd>/<name> when loaded or a duplicate; failed/<dataset>/<name> with
 * <name>.error.json beside it when not. Where that name is taken the file's id is added to it. Files that
 * were ingested where they lie stay there, and so do those that were loaded again from the archive.
 *
 *   chosen (the ledger has its place) ─▶ moved ─▶ settled (the ledger has its address)
 *
 * Killed in between, the next start finds in the ledger where it was to be, and goes on from where it lies.
 */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { noteAllMoved, noteMove, noteMoved, noteMoves } from '../../ledger/tables/archive.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { atATime } from '../../platform/storage/at-a-time.ts';
import type { Move, Storage } from '../../platform/storage/contract.ts';
import { keyIn, objectUrl, openObject, openObjects } from '../../platform/storage/index.ts';
import type { Context } from '../context.ts';
import type { Moved } from '../stages.ts';

/** Files that are moved each by itself, at a time. They share the syncs of their folders. */
const movesAtATime = 32;

/** After a file is done or a duplicate. Repeating it is harmless. */
export function archiveFile(context: Context, file: LedgerFile): Promise<Moved> {
  return orLater(context, file, intoArchive(context, file));
}

/**
 * archiveFile for many that landed and are done: the ledger is told once where they are to be, and once that
 * they are there. What is not plain (the name is taken, the file has changed) is moved by itself.
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

/** A file that is being moved from one store to the other. */
interface MovingFile extends Move {
  readonly fileId: number;
  /** Addresses. */
  readonly from: string;
  readonly to: string;
  readonly fingerprint: string;
}

/** By the folders they lie in; not those that stay, have gone or changed, or whose place is taken. */
async function plainMoves(
  files: readonly LedgerFile[],
  target: Storage,
): Promise<{ storage: Storage; files: MovingFile[] }[]> {
  const leaving = files.filter(
    ({ origin, movingTo, url }) => origin === 'landing' && movingTo === null && !liesIn(target, url),
  );
  const taken = await target.stats(leaving.map(archiveKey));
  const moves: { storage: Storage; files: MovingFile[] }[] = [];
  for (const { storage, keys, at } of await openObjects(leaving.map(({ url }) => url))) {
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

/** A file that was loaded from the failed ones leaves nothing there. */
async function dropReport(context: Context, file: LedgerFile): Promise<void> {
  if (!liesIn(await context.failed(), file.url)) return;
  const { storage, key } = await openObject(file.url);
  await storage.delete(`${key}.error.json`);
  crashPoint('away.report-dropped');
}

/** After a file failed: moves it and says beside it why, unless it was moved already. Repeating it is harmless. */
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
  const { storage, key } = await openObject(file.url);
  if (file.origin === 'landing' && (await storage.stat(key)) !== null) await write(storage, key);
  return moved;
}

function liesIn(store: Storage, url: string): boolean {
  return keyIn(store, url) !== null;
}

/** The file has ended, moved or not: where it cannot be moved now, the next start tries again. */
async function orLater(context: Context, file: LedgerFile, moving: Promise<Moved>): Promise<Moved> {
  try {
    return await moving;
  } catch (error) {
    context.log.error(
      { err: error, file: file.name },
      'the file has ended but could not be moved; it is tried at the next start',
    );
    return 'stays';
  }
}

/** `before`: what is done when its place is chosen and it is not there yet. */
async function moveOut(
  context: Context,
  file: LedgerFile,
  openTarget: () => Promise<Storage>,
  { wanted, before }: { wanted: string; before: (target: Storage, key: string) => Promise<void> },
): Promise<Moved> {
  if (file.origin !== 'landing') return 'stays';
  const target = await openTarget();
  if (liesIn(target, file.url)) return 'stays';
  const { storage, key: sourceKey } = await openObject(file.url);
  const stored = await storage.stat(sourceKey);
  const begun = file.movingTo === null ? null : keyIn(target, file.movingTo);
  if (stored?.fingerprint !== file.fingerprint) {
    if (begun !== null && (await target.stat(begun)) !== null) return settle(context, file, target, begun);
    if (file.movingTo !== null) await noteMove(context.pool, file.fileId, null);
    return stored === null ? 'gone' : 'changed';
  }
  const key = begun ?? (await choosePlace(context, file, target, wanted));
  await before(target, key);
  await target.moveFrom(storage, sourceKey, key, file.fingerprint);
  crashPoint('away.moved');
  return settle(context, file, target, key);
}

/** The ledger learns where the file lies. */
async function settle(context: Context, file: LedgerFile, target: Storage, key: string): Promise<Moved> {
  const { url: from, fingerprint } = file;
  await noteMoved(context.pool, { from, to: objectUrl(target, key), fingerprint });
  crashPoint('away.settled');
  return 'moved';
}

/** A key that is free and that the ledger promises to nobody else: `name.csv`, else `name~12.csv`, `name~12~2.csv`, … */
async function choosePlace(
  { pool }: Context,
  file: LedgerFile,
  target: Storage,
  wanted: string,
): Promise<string> {
  for (let again = 0; ; again++) {
    const key = again === 0 ? wanted : numbered(wanted, file.fileId, again);
    if (!(await isFree(target, key))) continue;
    if (!(await noteMove(pool, file.fileId, objectUrl(target, key)))) continue;
    crashPoint('away.chosen');
    return key;
  }
}

function numbered(wanted: string, fileId: number, again: number): string {
  const slash = wanted.lastIndexOf('/');
  const dot = wanted.indexOf('.', slash + 2);
  const [stem, ending] = dot < 0 ? [wanted, ''] : [wanted.slice(0, dot), wanted.slice(dot)];
  return `${stem}~${fileId}${again > 1 ? `~${again}` : ''}${ending}`;
}

/** Anything in the way counts, also what is not a file of ours (a link, a folder). */
async function isFree(target: Storage, key: string): Promise<boolean> {
  try {
    return (await target.stat(key)) === null;
  } catch {
    return false;
  }
}
