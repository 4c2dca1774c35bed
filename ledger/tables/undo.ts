/**
 * Takes files out of the ledger's accounts, in the caller's transaction: those that fail, and loaded ones that are
 * undone. The caller deletes their facts in the same transaction, and deletes their parts from the lake after it.
 */
import type pg from 'pg';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { isFinished } from '../../platform/progress/progress.ts';
import { toJson } from '../json.ts';
import type { ErrorDescription, LedgerFile } from '../rows.ts';
import { type Client, type Row, run } from '../statements/run.ts';
import { runFiles } from '../statements/stored-files.ts';
import { afterEvent } from '../states.ts';
import { chunksOf } from './chunks.ts';
import { lockFile, moveFile } from './files.ts';
import { lockWithChildren } from './groups.ts';
import { removeParts } from './lake/parts.ts';
import { forgetKeys } from './unique/unique.ts';

/** A file that was undone, and the chunks whose facts must be deleted. */
export interface UndoneFile {
  readonly file: LedgerFile;
  readonly chunkIds: readonly number[];
}

/**
 * The files that an undo of a file takes out: it, its children, and those that correct or replay their rejects, whose rows
 * belong to it. They are locked until the transaction ends. Empty when the file is undone already.
 * @throws LandfallError LF_FILE_UNKNOWN, LF_FILE_NOT_LOADED, LF_FILE_CHILD, or LF_FILE_BUSY when one of them is in flight
 */
export async function filesToUndo(client: pg.ClientBase, fileId: number): Promise<LedgerFile[]> {
  const [root] = await lockWithChildren(client, fileId);
  if (root === undefined) throw new LandfallError('LF_FILE_UNKNOWN', { file: fileId });
  refuseChild(root);
  if (root.state === 'undone') return [];
  refuseUnlessLoaded(root);
  const family = await runFiles(client, 'undo/lock-family', [fileId]);
  const busy = family.find((file) => !isFinished(file.state));
  if (busy) throw new LandfallError('LF_FILE_BUSY', { file: busy.name, state: busy.state });
  return family.filter((file) => file.state !== 'undone' && afterEvent(file, 'undo') !== null);
}

/** What a file has, which an undo takes out. */
export type UndoneCounts = Row<'undo/undone-counts'>;

export function undoneCounts(client: Client, files: readonly LedgerFile[]): Promise<UndoneCounts[]> {
  return run(client, 'undo/undone-counts', [files.map(({ fileId }) => fileId)]);
}

/**
 * Undoes the files of filesToUndo, and throws what it throws. Their parts leave the manifest, their rejects the record;
 * rejects that these files had taken from others wait again there.
 */
export async function undoFiles(
  client: pg.ClientBase,
  fileId: number,
  note: { at: string; reason: string },
): Promise<UndoneFile[]> {
  const files = await filesToUndo(client, fileId);
  if (files.length === 0) return [];
  const undone: UndoneFile[] = [];
  for (const file of files) {
    const chunks = await chunksOf(client, file.fileId);
    undone.push({ file, chunkIds: chunks.map((chunk) => chunk.chunkId) });
  }
  const fileIds = files.map((file) => file.fileId);
  await removeParts(client, fileIds);
  await run(client, 'rejects/undo-rejects', [fileIds]);
  await run(client, 'rejects/release-rejects', [fileIds]);
  await forgetKeys(client, fileIds);
  await run(client, 'chunks/undo-chunks', [fileIds]);
  await run(client, 'undo/undo-files', [fileIds, toJson(note)]);
  return undone;
}

/** Throws LF_FILE_CHILD: what is done to a file is done to its children, and not to one of them. */
export function refuseChild({ name, dataset, parentId }: LedgerFile): void {
  if (parentId !== null) throw new LandfallError('LF_FILE_CHILD', { file: name, dataset, parent: parentId });
}

function refuseUnlessLoaded(file: LedgerFile): void {
  if (afterEvent(file, 'undo') !== null) return;
  const { state, name } = file;
  const code = isFinished(state) ? 'LF_FILE_NOT_LOADED' : 'LF_FILE_BUSY';
  throw new LandfallError(code, { file: name, state });
}

/** Undone files whose parts may still lie in the lake. */
export async function unsweptFiles(client: Client): Promise<LedgerFile[]> {
  return await runFiles(client, 'undo/unswept-files', []);
}

/** Notes that the parts of an undone file have left the lake. */
export async function noteSwept(client: Client, fileId: number): Promise<void> {
  await run(client, 'undo/swept-file', [fileId]);
}

/**
 * Puts on record why a file fails, with the checks that found it: from here on it is failing, no chunk of it
 * commits, and it cannot be done. The first reason stays. Then failFile unloads it, now or after a restart.
 */
export async function noteFailure(
  client: Client,
  fileId: number,
  error: ErrorDescription,
  checks: Receipt['checks'] = [],
): Promise<void> {
  const noted = checks.length > 0 ? toJson(checks) : null;
  await run(client, 'files/note-failure', [fileId, toJson(error), noted]);
}

/**
 * Fails a file and removes it from the accounts, in the caller's transaction: its parts leave the manifest, its
 * committed chunks no longer count as loaded, its rejects stay on record, and those that it had taken over wait
 * again. From here on no chunk of it commits; delete its facts after this call, before the transaction ends.
 * @returns why it has failed: the reason that was put on record first. Null: it has ended otherwise, and
 * nothing has changed
 */
export async function failFile(
  client: pg.ClientBase,
  fileId: number,
  error: ErrorDescription,
): Promise<ErrorDescription | null> {
  const file = await lockFile(client, fileId);
  if (file === null || afterEvent(file, 'fail') === null) return null;
  await run(client, 'chunks/unload-chunks', [fileId]);
  await removeParts(client, [fileId]);
  await run(client, 'rejects/release-rejects', [[fileId]]);
  // Those of a replay are the same rows as the ones that wait again.
  if (file.link === 'replays') await run(client, 'rejects/undo-rejects', [[fileId]]);
  await forgetKeys(client, [fileId]);
  await noteFailure(client, fileId, error);
  await moveFile(client, fileId, 'unload', {});
  return file.error ?? error;
}
