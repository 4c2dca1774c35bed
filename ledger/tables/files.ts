/** Files: added, found, locked, and moved from state to state. */
import type pg from 'pg';
import { type Json, toJson } from '../json.ts';
import type { FileChange, FileFilter, NewFile } from '../requests.ts';
import type { LedgerFile, LedgerFileState } from '../rows.ts';
import { type Client, count, type Row, run } from '../statements/run.ts';
import { runFiles } from '../statements/stored-files.ts';
import { fileTransitions, statesBefore } from '../states.ts';

/** A file that landed. */
export type Landed = Pick<NewFile, 'dataset' | 'name' | 'url' | 'bytes' | 'fingerprint'>;

/** Files of one dataset and name, each with other content. */
export type Version = Pick<LedgerFile, 'dataset' | 'name' | 'fileId'>;

/** Adds a file that has landed. One that is in flight already (same scope, url, fingerprint) is returned as it is. */
export async function addFile(client: Client, file: NewFile): Promise<LedgerFile> {
  const { dataset, name, url, scope, origin, bytes, fingerprint, link } = file;
  const [added] = await runFiles(client, 'files/add-file', [
    ...([dataset, name, url, scope, origin, bytes, fingerprint] as const),
    link?.kind,
    link?.fileId,
  ]);
  return added;
}

/**
 * As addFile, for files of the landing folder. Returns none for files that have ended and are just being put away.
 * `files`: no two of the same address.
 */
export async function landFiles(
  client: Client,
  scope: string,
  files: readonly Landed[],
): Promise<LedgerFile[]> {
  return runFiles(client, 'files/land-files', [
    files.map(({ dataset }) => dataset),
    files.map(({ name }) => name),
    files.map(({ url }) => url),
    files.map(({ bytes }) => bytes),
    files.map(({ fingerprint }) => fingerprint),
    scope,
  ]);
}

/** Removes a file that had just been put away under an earlier number when it was added; says whether it had. */
export async function forgetFile(client: Client, fileId: number): Promise<boolean> {
  return (await count(client, 'files/forget-file', [fileId])) === 1;
}

export async function fileOf(client: Client, fileId: number): Promise<LedgerFile | null> {
  return first(await runFiles(client, 'files/file', [fileId]));
}

/** The file, locked against any change of its state until the caller's transaction ends. */
export async function lockFile(client: pg.ClientBase, fileId: number): Promise<LedgerFile | null> {
  return first(await runFiles(client, 'files/lock-file', [fileId]));
}

/** As lockFile, but others may do the same. */
export async function shareFile(client: pg.ClientBase, fileId: number): Promise<LedgerFile | null> {
  return first(await runFiles(client, 'files/share-file', [fileId]));
}

/** As shareFile, for a file that must be in state `loading`: it cannot fail until the transaction ends. False: it is not. */
export async function shareLoading(client: pg.ClientBase, fileId: number): Promise<boolean> {
  return (await count(client, 'files/share-loading', [fileId])) === 1;
}

/** Files in the order in which they landed. */
export async function filesLike(client: Client, filter: FileFilter): Promise<LedgerFile[]> {
  const { dataset, scope, name, url, states, limit } = filter;
  return runFiles(client, 'files/files', [dataset, scope, name, url, states, limit ?? 10_000]);
}

/** Files by name, by dataset/name or by number, newest first. */
export async function filesNamed(client: Client, text: string): Promise<LedgerFile[]> {
  return runFiles(client, 'files/files-named', [text]);
}

/** Files that come from a file, in the order in which they landed. */
export async function linkedFiles(client: Client, fileId: number): Promise<LedgerFile[]> {
  return runFiles(client, 'files/linked-files', [fileId]);
}

/** Another file of the dataset with this content that is loaded or being loaded; a loaded one first. */
export async function findContent(
  client: Client,
  dataset: string,
  contentHash: string,
  exceptFileId: number,
): Promise<LedgerFile | null> {
  return first(await runFiles(client, 'files/find-content', [dataset, contentHash, exceptFileId]));
}

/** Events by which a file moves on its own: the others come with its scan, its plan, or other files. */
export type Move = 'finalise' | 'finish' | 'unload' | 'duplicate';

/** Moves a file, as states.ts has it. False: there is no such file, or its state refuses the event. */
export async function moveFile(
  client: Client,
  fileId: number,
  event: Move,
  change: FileChange,
): Promise<boolean> {
  const before = statesBefore(fileTransitions, event);
  const state = fileTransitions[before[0]][event] as LedgerFileState;
  const { url, error, receipt, end, duplicateOf, contentHash, definitionVersion, layout } = change;
  const changed = await count(client, 'files/set-file-state', [
    fileId,
    state,
    url,
    json(error),
    end?.receipt ?? json(receipt),
    duplicateOf,
    contentHash,
    definitionVersion,
    json(layout),
    end?.commonId,
    end?.common,
    before,
  ]);
  return changed === 1;
}

/** Other versions of the file that are loaded or being loaded, newest first. */
export async function otherVersions(client: Client, file: Version): Promise<LedgerFile[]> {
  return runFiles(client, 'files/versions-named', [file.dataset, file.name, file.fileId]);
}

/** Those of the files whose name another loaded file of their dataset has. */
export async function versionedFiles(client: Client, fileIds: readonly number[]): Promise<Set<number>> {
  const rows = await run(client, 'files/versioned-files', [fileIds]);
  return new Set(rows.map((row) => row.file_id));
}

/** The highest number of a file; 0 where there is none. */
export async function newestFile(client: Client): Promise<number> {
  const [row] = await run(client, 'files/newest-file', []);
  return row.file_id;
}

/** First key of the locks under which versions of one name end one after another. */
const versionLock = 0x1a4df412;

/**
 * Locks names of files of a dataset until the transaction ends, so that versions of one name end one after
 * another. The order of the locks is always the same.
 */
export async function lockNames(
  client: pg.ClientBase,
  dataset: string,
  names: readonly string[],
): Promise<void> {
  await run(client, 'files/lock-names', [versionLock, names.map((name) => `${dataset}/${name}`)]);
}

function first(files: readonly LedgerFile[]): LedgerFile | null {
  return files[0] ?? null;
}

function json(value: unknown): Json | undefined {
  return value === undefined ? undefined : toJson(value);
}

/** When a file of a dataset landed, and how many rows it had. */
export type Arrival = Row<'progress/arrivals'>;

/** Files that are read at most: of a dataset with a file a minute, those of two weeks. */
const mostArrivals = 20_000;

/** Files that landed since a time, newest first; without duplicates and those that another has taken the place of. */
export function arrivalsSince(client: Client, dataset: string, since: Date): Promise<Arrival[]> {
  return run(client, 'progress/arrivals', [dataset, since, mostArrivals]);
}
