/**
 * Loads again what was not loaded.
 *
 *   a file that is done              its waiting rejects, unchanged, with the current definition
 *   a file that failed or is undone  the whole file, from its current location
 *   a file that is done, `whole`     the whole file, after an undo
 *
 * Rejects are written to the archive as a new file (replays/<dataset>/…). It is loaded like any other file, and each
 * of its rows can be traced to the original. If the process dies, the next coordinator that starts fails the new
 * file, and the rejects wait again.
 */

import { randomBytes } from 'node:crypto';
import { definitionOf } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { refusePruned, replayLock } from '../../ledger/tables/archive.ts';
import { openRejects, replayUrls, waitingRejects } from '../../ledger/tables/rejects.ts';
import { refuseChild } from '../../ledger/tables/undo.ts';
import { childrenOf, datasetNamed } from '../../model/registry.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { ReplayEffect } from '../../platform/progress/file-effects.ts';
import type { Storage, StoredObject } from '../../platform/storage/contract.ts';
import { objectUrl, openObject } from '../../platform/storage/index.ts';
import type { MartFailure } from '../../sinks/postgres/marts/refresh-marts.ts';
import { type Context, warnGone } from '../context.ts';
import { exportRejects } from './export-rejects.ts';
import { type UndoTools, undoFile } from './undo.ts';
import { foretellUndo } from './undo-effect.ts';

/** What a replay loads. */
type Wanted = NonNullable<ReplayEffect['what']>;

/**
 * The file, and what a replay of it loads. Throws LF_FILE_UNKNOWN, LF_FILE_BUSY, LF_FILE_NOT_LOADED (a duplicate),
 * LF_FILE_CHILD.
 */
async function wantedOf(
  { ledger }: Pick<Context, 'ledger'>,
  fileId: number,
  whole: boolean,
): Promise<{ file: LedgerFile; wanted: Wanted }> {
  const file = await ledger.file(fileId);
  if (file === null) throw new LandfallError('LF_FILE_UNKNOWN', { file: fileId });
  const { state, name } = file;
  if (whole || state !== 'done') refuseChild(file);
  if (state === 'duplicate') throw new LandfallError('LF_FILE_NOT_LOADED', { file: name, state });
  if (state === 'failed' || state === 'undone') return { file, wanted: 'file' };
  if (state !== 'done') throw new LandfallError('LF_FILE_BUSY', { file: name, state });
  return { file, wanted: whole ? 'file' : 'rejects' };
}

/**
 * Adds the file to load to the ledger and returns it. Returns null if no reject waits.
 * Throws LF_FILE_UNKNOWN, LF_FILE_BUSY, LF_FILE_NOT_LOADED (a duplicate), LF_FILE_MISSING, LF_FILE_PRUNED,
 * LF_DATASET_UNKNOWN, LF_REJECTS_CUT, LF_FILE_CHILD.
 */
export async function prepareReplay(
  context: Context,
  fileId: number,
  { whole }: { whole: boolean },
): Promise<LedgerFile | null> {
  const { file, wanted } = await wantedOf(context, fileId, whole);
  if (wanted === 'rejects') return replayRejects(context, file);
  return file.state === 'done' ? replayWhole(context, file) : reload(context, file);
}

/** Undoes the file and adds it again. Its bytes are held meanwhile: no prune gives them up. */
function replayWhole(context: Context, file: LedgerFile): Promise<LedgerFile> {
  return inTransaction(context.pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1, $2)', [replayLock, file.fileId]);
    // Check this first: a file that cannot be loaded again must not be undone.
    await findAgain(context, file);
    await undoFile(undoTools(context), file.fileId, 'to be loaded again');
    return reload(context, file);
  });
}

/** What an undo by the coordinator works with. */
export function undoTools(context: Context): UndoTools {
  const onMartFailure = ({ dataset, error }: MartFailure) =>
    context.log.warn({ err: error, dataset }, 'could not refresh a mart');
  return { ...context, onGone: warnGone(context), onMartFailure };
}

/** Throws what prepareReplay throws. */
export async function foretellReplay(
  context: Context,
  fileId: number,
  { whole }: { whole: boolean },
): Promise<ReplayEffect> {
  const { file, wanted } = await wantedOf(context, fileId, whole);
  const { version: now } = datasetNamed(context.registry, file.dataset);
  const definition = { before: file.definitionVersion, now };
  if (wanted === 'rejects') {
    const { rejects: rows, bytes } = await waitingRejects(context.pool, fileId);
    return { what: rows === 0 ? null : wanted, rows, bytes, definition, undo: null };
  }
  const { bytes } = await findAgain(context, file);
  const undo = file.state === 'done' ? await foretellUndo(undoTools(context), fileId) : null;
  return { what: wanted, rows: file.receipt?.rows.parsed ?? null, bytes, definition, undo };
}

/**
 * Checks that the file can be loaded again from its current location. Throws LF_DATASET_UNKNOWN, LF_DATASET_BROKEN,
 * LF_FILE_MISSING, LF_FILE_PRUNED.
 */
async function findAgain(
  { ledger, registry }: Context,
  { dataset, fileId, name, url }: LedgerFile,
): Promise<StoredObject> {
  datasetNamed(registry, dataset);
  childrenOf(registry, dataset);
  refusePruned(name, (await ledger.file(fileId))?.prunedAt ?? null);
  const { storage, key } = await openObject(url);
  const stored = await storage.stat(key);
  if (stored === null) throw new LandfallError('LF_FILE_MISSING', { file: url });
  return stored;
}

/**
 * Adds the file to the ledger again, from its current location. Throws LF_DATASET_UNKNOWN, LF_FILE_MISSING.
 */
export async function reload(context: Context, file: LedgerFile): Promise<LedgerFile> {
  const { bytes, fingerprint } = await findAgain(context, file);
  const { dataset, name, url, origin } = file;
  const link = { kind: 'reloads' as const, fileId: file.fileId };
  const { scope } = context;
  return context.ledger.addFile({ dataset, name, url, scope, origin, bytes, fingerprint, link });
}

/** Replays of one file are written one at a time, so that each can remove what a killed one left behind. */
function replayRejects(context: Context, file: LedgerFile): Promise<LedgerFile | null> {
  return inTransaction(context.pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1, $2)', [replayLock, file.fileId]);
    const archive = await context.archive();
    const folder = `replays/${file.dataset}/f${file.fileId}-`;
    const known = new Set(await replayUrls(client, file.fileId));
    for await (const { key } of archive.list(folder)) {
      if (!known.has(objectUrl(archive, key))) await archive.delete(key);
    }
    return exportAndNote(context, file, archive, `${folder}${randomBytes(4).toString('hex')}.csv`);
  });
}

async function exportAndNote(
  context: Context,
  file: LedgerFile,
  archive: Storage,
  key: string,
): Promise<LedgerFile | null> {
  const { pool, ledger, registry, scope } = context;
  const { name: dataset, version } = datasetNamed(registry, file.dataset);
  const definition = await definitionOf(pool, registry, file);
  const rejects = openRejects(pool, file.fileId);
  const written = exportRejects(file, rejects, { definition, version });
  const writer = await archive.writer(key);
  try {
    for await (const piece of written.bytes) await writer.write(piece);
    if (written.count() === 0) {
      await writer.abort();
      return null;
    }
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  crashPoint('replay.exported');
  const { bytes, fingerprint } = (await archive.stat(key))!;
  return ledger.addFile({
    dataset,
    name: `${file.name}~rejects`,
    url: objectUrl(archive, key),
    scope,
    origin: 'replay',
    bytes,
    fingerprint,
    link: { kind: 'replays', fileId: file.fileId },
  });
}
