/**
 * Takes loaded files out of the ledger's accounts, in the caller's transaction. The caller deletes their
 * facts in the same one, and sweeps their parts out of the lake after it.
 */
import type pg from 'pg';
import { LandfallError } from '../platform/errors/errors.ts';
import { isFinished } from '../platform/progress/progress.ts';
import { toJson } from './json.ts';
import { type LedgerFile, toChunk, toFile } from './rows.ts';
import { sql } from './sql.ts';
import { forgetKeys } from './unique.ts';

/** A file that was taken out, and its chunks: those whose facts must go. */
export interface UndoneFile {
  readonly file: LedgerFile;
  readonly chunkIds: readonly number[];
}

/**
 * Undoes a file, and with it those that fix or replay its rejects: their rows are rows of it. Parts leave
 * the manifest, rejects the record; rejects that these files had taken from others wait again there.
 * Empty when the file is undone already.
 * @throws LandfallError LF_FILE_NOT_LOADED, or LF_FILE_BUSY when one of them is in flight
 */
export async function undoFiles(
  client: pg.ClientBase,
  fileId: number,
  note: { at: string; reason: string },
): Promise<UndoneFile[]> {
  const [row] = (await client.query(sql('files/lock-file'), [fileId])).rows;
  if (!row) throw new LandfallError('LF_FILE_UNKNOWN', { file: fileId });
  const root = toFile(row);
  if (root.state === 'undone') return [];
  refuseUnlessDone(root);
  const family = (await client.query(sql('undo/lock-family'), [fileId])).rows.map(toFile);
  const busy = family.find((file) => !isFinished(file.state));
  if (busy) throw new LandfallError('LF_FILE_BUSY', { file: busy.name, state: busy.state });
  const files = family.filter((file) => file.state === 'done');
  const undone: UndoneFile[] = [];
  for (const file of files) {
    const chunks = (await client.query(sql('chunks/chunks'), [file.fileId])).rows.map(toChunk);
    undone.push({ file, chunkIds: chunks.map((chunk) => chunk.chunkId) });
  }
  const fileIds = files.map((file) => file.fileId);
  await client.query(sql('parts/undo-parts'), [fileIds]);
  await client.query(sql('rejects/undo-rejects'), [fileIds]);
  await client.query(sql('rejects/release-rejects'), [fileIds]);
  await forgetKeys(client, fileIds);
  await client.query(sql('chunks/undo-chunks'), [fileIds]);
  await client.query(sql('undo/undo-files'), [fileIds, toJson(note)]);
  await client.query(sql('marts/marts-behind'), [root.dataset]);
  return undone;
}

function refuseUnlessDone({ state, name }: LedgerFile): void {
  if (state === 'done') return;
  const code = state === 'failed' || state === 'duplicate' ? 'LF_FILE_NOT_LOADED' : 'LF_FILE_BUSY';
  throw new LandfallError(code, { file: name, state });
}
