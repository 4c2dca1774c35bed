/**
 * A folder as a store. Files are written in `.landfall-tmp` of the same file system, made durable, and then renamed.
 * So nobody ever sees an incomplete object, and an object that was visible still exists after a power failure.
 * Symbolic links below the root are never followed.
 */
import { randomBytes } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
} from 'node:fs';
import { access, lstat, mkdir, open, opendir, readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { LandfallError } from '../errors/errors.ts';
import { Breather } from '../event-loop.ts';
import { atATime } from './at-a-time.ts';
import type { Move, ReadRange, Staged, Storage, StorageWriter, StoredObject } from './contract.ts';
import { copyThrough, dropCopied, statToMove } from './copy-files.ts';
import { syncFolder, writeNew } from './durable.ts';
import { fileChanged } from './file-changed.ts';
import { FolderMark, markFile } from './folder-mark.ts';
import { checkKey, checkPrefix } from './keys.ts';
import { moveEach } from './move-each.ts';
import { ReadBuffers, readAt } from './read-at.ts';
import { openError, type StoreRole, storeError } from './store-error.ts';

/** The folder in which files are written. It is never listed. */
export const stagingFolder = '.landfall-tmp';
/** A file in staging that has not been modified for this long was left by a process that died. */
const stagingMs = 60 * 60 * 1000;
/** The files, or folders, that are made durable at the same time: as many as a worker has threads for it. */
const syncsAtATime = 8;

/** Opens an existing folder. */
export async function openFolder(path: string, role: StoreRole = 'landing'): Promise<FolderStorage> {
  return new FolderStorage(realpathSync.native(path), role);
}

/**
 * Makes a folder where there is none, and opens it. A lake must be writable.
 * @throws LandfallError LF_STORAGE, LF_STORAGE_DENIED, LF_STORAGE_MISSING
 */
export async function makeFolder(path: string, role: StoreRole = 'landing'): Promise<FolderStorage> {
  try {
    await mkdir(path, { recursive: true });
    const storage = await openFolder(path, role);
    if (role === 'lake') await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    await sweep(join(storage.url, stagingFolder));
    return storage;
  } catch (cause) {
    throw openError(cause, { url: path, role });
  }
}

export class FolderStorage implements Storage {
  /** The folder's real path. */
  readonly url: string;
  readonly role: StoreRole;
  readonly mark: FolderMark;

  constructor(root: string, role: StoreRole = 'landing') {
    this.url = root;
    this.role = role;
    this.mark = new FolderMark(root);
  }

  async *list(prefix = ''): AsyncGenerator<StoredObject> {
    checkPrefix(prefix, this.url);
    this.mark.check();
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    yield* this.walk(folder, prefix);
  }

  stat(key: string): Promise<StoredObject | null> {
    return this.guard(
      this.find([key]).then(([object]) => object),
      key,
    );
  }

  private objectOf(key: string, found: BigIntStats): StoredObject | null {
    if (found.isSymbolicLink()) throw new LandfallError('LF_SYMLINK', { file: join(this.url, key) });
    return found.isFile() ? toObject(key, found) : null;
  }

  stats(keys: readonly string[]): Promise<(StoredObject | null)[]> {
    return this.guard(this.find(keys));
  }

  /** Reads each folder once. */
  private async find(keys: readonly string[]): Promise<(StoredObject | null)[]> {
    const folders = new Map<string, boolean>();
    const isThere = (key: string) => {
      const folder = dirname(key);
      const known = folders.get(folder);
      if (known !== undefined) return known;
      const there = ifThere(() => this.locate(key)) !== null;
      folders.set(folder, there);
      return there;
    };
    const objects: (StoredObject | null)[] = [];
    const breather = new Breather();
    for (const key of keys) {
      checkKey(key, this.url);
      const found = isThere(key) ? ifThere(() => lstatSync(join(this.url, key), { bigint: true })) : null;
      objects.push(found && this.objectOf(key, found));
      await breather.pause();
    }
    return objects;
  }

  async *read(key: string, range: ReadRange): AsyncGenerator<Uint8Array> {
    const file = await this.guard(this.openToRead(key), key);
    const reading = new ReadBuffers(range.reuse === true);
    let ahead: Promise<Uint8Array> | null = null;
    try {
      const before = await this.guard(lookAt(file), key);
      const print = range.fingerprint ?? fingerprint(before);
      const check = (found: BigIntStats) => {
        const now = fingerprint(found);
        if (now !== print) throw fileChanged(join(this.url, key), print, now);
      };
      check(before);
      const end = Math.min(range.end, Number(before.size));
      ahead = this.guard(readAt(file, range.start, end, reading), key);
      for (let at = range.start; at < end; ) {
        const bytes: Uint8Array = await ahead;
        if (bytes.length === 0)
          throw fileChanged(join(this.url, key), print, fingerprint(await lookAt(file)));
        at += bytes.length;
        ahead = this.guard(readAt(file, at, end, reading), key);
        // If it fails while the caller works on these bytes, the next turn throws the error.
        ahead.catch(() => {});
        yield bytes;
      }
      check(await this.guard(lookAt(file), key));
    } finally {
      // A caller that stops early must not close the file during a read.
      await ahead?.catch(() => {});
      reading.end();
      closeSync(file);
    }
  }

  writer(key: string, { lasting = true }: { readonly lasting?: boolean } = {}): Promise<StorageWriter> {
    return this.guard(this.openToWrite(key, lasting), key);
  }

  private async openToWrite(key: string, lasting: boolean): Promise<StorageWriter> {
    checkKey(key, this.url);
    this.mark.check();
    const folder = join(this.url, stagingFolder);
    await mkdir(folder, { recursive: true });
    const staged = join(folder, `${process.pid}-${randomBytes(8).toString('hex')}`);
    const file = await open(staged, 'wx');
    let closing: Promise<void> | null = null;
    const close = () => (closing ??= file.close());
    const write = async (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
    };
    const commit = async () => {
      if (lasting) await file.sync();
      await close();
      await this.place([{ key, path: staged }], lasting);
    };
    return {
      write: (bytes) => this.guard(write(bytes), key),
      commit: () => this.guard(commit(), key),
      async abort() {
        await close();
        await unlink(staged).catch(nullIfMissing);
      },
    };
  }

  async put(key: string, body: Uint8Array | string): Promise<void> {
    const writer = await this.writer(key);
    try {
      await writer.write(typeof body === 'string' ? Buffer.from(body) : body);
      await writer.commit();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  stage(objects: readonly { readonly key: string; readonly body: Uint8Array }[]): Promise<Staged> {
    return this.guard(this.writeStaged(objects));
  }

  private async writeStaged(objects: readonly { key: string; body: Uint8Array }[]): Promise<Staged> {
    this.mark.check();
    const folder = join(this.url, stagingFolder);
    await mkdir(folder, { recursive: true });
    const name = `${process.pid}-${randomBytes(8).toString('hex')}`;
    const staged = objects.map(({ key }, i) => ({ key, path: join(folder, `${name}-${i}`) }));
    const discard = () => atATime(syncsAtATime, staged, ({ path }) => unlink(path).catch(() => {}));
    try {
      await atATime(syncsAtATime, objects, ({ key, body }, i) => {
        checkKey(key, this.url);
        return writeNew(staged[i].path, body);
      });
    } catch (error) {
      await discard();
      throw error;
    }
    return { publish: () => this.guard(this.place(staged)), discard };
  }

  /** Renames finished files to their keys, and makes that durable unless it need not last. */
  private async place(files: readonly { key: string; path: string }[], lasting = true): Promise<void> {
    this.mark.check();
    const changed = await this.readyFolders(files);
    const breather = new Breather();
    for (const { key, path } of files) {
      renameSync(path, join(this.url, key));
      await breather.pause();
    }
    if (lasting) await atATime(syncsAtATime, changed, syncFolder);
  }

  /**
   * Checks the folders of these keys, each once, and creates those that do not exist. Returns all folders that change
   * when the objects are added. Folders that were created on the way are entries of the folders above them.
   */
  private async readyFolders(objects: readonly { readonly key: string }[]): Promise<string[]> {
    const changed = new Set<string>();
    const breather = new Breather();
    for (const { key } of objects) {
      checkKey(key, this.url);
      const folder = dirname(join(this.url, key));
      if (changed.has(folder)) continue;
      const first = mkdirSync(folder, { recursive: true });
      this.locate(key);
      changed.add(folder);
      if (first !== undefined) for (const made of foldersBetween(first, folder)) changed.add(dirname(made));
      await breather.pause();
    }
    return [...changed];
  }

  delete(key: string): Promise<void> {
    return this.guard(this.remove(key), key);
  }

  private async remove(key: string): Promise<void> {
    const path = ifThere(() => this.locate(key));
    if (path) await unlink(path).catch(nullIfMissing);
  }

  moveFrom(source: Storage, sourceKey: string, key: string, fingerprint?: string): Promise<void> {
    return this.guard(this.move(source, sourceKey, key, fingerprint), key);
  }

  private async move(source: Storage, sourceKey: string, key: string, fingerprint?: string): Promise<void> {
    const object = await statToMove(source, sourceKey, fingerprint);
    if (source instanceof FolderStorage) {
      try {
        const path = source.locate(sourceKey);
        await this.place([{ key, path }]);
        return await syncFolder(dirname(path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
      }
    }
    await copyThrough(source, object, this, key);
    await dropCopied(source, object);
  }

  moveAllFrom(source: Storage, moves: readonly Move[]): Promise<boolean[]> {
    if (!(source instanceof FolderStorage)) return moveEach(this, source, moves);
    return this.guard(this.moveAll(source, moves));
  }

  /** Moves many files. Each folder is checked and made durable once. Files that cannot be renamed are left. */
  private async moveAll(source: FolderStorage, moves: readonly Move[]): Promise<boolean[]> {
    const there = await source.find(moves.map(({ sourceKey }) => sourceKey));
    const changed = await this.readyFolders(moves);
    const breather = new Breather();
    const moved: boolean[] = [];
    for (const [i, { sourceKey, key, fingerprint }] of moves.entries()) {
      const found = there[i];
      const same = found !== null && found.fingerprint === (fingerprint ?? found.fingerprint);
      moved.push(same && renamed(join(source.url, sourceKey), join(this.url, key)));
      await breather.pause();
    }
    const left = moves.map(({ sourceKey }) => dirname(join(source.url, sourceKey)));
    await atATime(syncsAtATime, [...new Set([...changed, ...left])], syncFolder);
    return moved;
  }

  folders(folder: string): Promise<string[]> {
    return this.guard(this.namesOfFolders(folder));
  }

  private async namesOfFolders(folder: string): Promise<string[]> {
    const path = ifThere(() => this.locate(`${folder}x`));
    if (!path) return [];
    const entries = await readdir(dirname(path), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  removeFolder(folder: string): Promise<void> {
    return this.guard(this.removeEmpty(folder));
  }

  private async removeEmpty(folder: string): Promise<void> {
    const path = ifThere(() => this.locate(folder.replace(/\/$/, '')));
    if (path) await rmdir(path).catch(nullIfLeft);
  }

  /** The path of a key. All its folders must be real folders below the root. */
  private locate(key: string): string {
    checkKey(key, this.url);
    const path = join(this.url, key);
    const folder = dirname(path);
    // The root was checked when the store was opened.
    if (folder === this.url) return path;
    const real = realpathSync.native(folder);
    if (real !== folder) {
      const inside = real === this.url || real.startsWith(this.url + sep);
      if (!inside) throw new LandfallError('LF_KEY_OUTSIDE', { key: JSON.stringify(key), store: this.url });
      throw new LandfallError('LF_SYMLINK', { file: folder });
    }
    return path;
  }

  private async openToRead(key: string): Promise<number> {
    const file = join(this.url, key);
    try {
      // Opening a pipe in place of the file would block.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      return openSync(this.locate(key), flags);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ELOOP') throw new LandfallError('LF_SYMLINK', { file }, { cause });
      if (code === 'ENOENT' || code === 'ENOTDIR')
        throw new LandfallError('LF_FILE_MISSING', { file }, { cause });
      throw cause;
    }
  }

  private async *walk(folder: string, prefix: string): AsyncGenerator<StoredObject> {
    const opened = await opendir(join(this.url, folder)).catch(nullIfMissing);
    if (!opened) return;
    for await (const entry of opened) {
      const key = folder + entry.name;
      if (key === stagingFolder || key === markFile) continue;
      if (entry.isDirectory()) {
        if (`${key}/`.startsWith(prefix)) yield* this.walk(`${key}/`, prefix);
      } else if (entry.isFile() && key.startsWith(prefix)) {
        const found = await lstat(join(this.url, key), { bigint: true }).catch(nullIfMissing);
        if (found?.isFile()) yield toObject(key, found);
      }
    }
  }

  /** Converts errors of the system (no space, no permission, …) to coded errors, about one object if a key is given. */
  private async guard<T>(work: Promise<T>, key?: string): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      throw storeError(cause, this, key);
    }
  }
}

/** The folders from `first` up to `last`, including both. */
function foldersBetween(first: string, last: string): string[] {
  const folders = [last];
  for (let folder = last; folder.length > first.length; ) folders.push((folder = dirname(folder)));
  return folders;
}

async function lookAt(file: number): Promise<BigIntStats> {
  return fstatSync(file, { bigint: true });
}

/** Returns whether the file could be renamed. */
function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

/**
 * The fingerprint survives a rename, such as moving the file to the archive, but not a write or a new file of that
 * name.
 */
function fingerprint(found: BigIntStats): string {
  return `${found.size}-${found.mtimeNs}-${found.ino}`;
}

function toObject(key: string, found: BigIntStats): StoredObject {
  return { key, bytes: Number(found.size), modifiedAt: found.mtime, fingerprint: fingerprint(found) };
}

/** Returns the result of the call, or null if the file or folder does not exist. */
function ifThere<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    return nullIfMissing(error as NodeJS.ErrnoException);
  }
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

/** Ignores the error of removing a folder that is not empty or does not exist. */
function nullIfLeft(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return null;
  return nullIfMissing(error);
}

/** Removes what processes that died left in staging. */
async function sweep(folder: string): Promise<void> {
  const names = (await readdir(folder).catch(nullIfMissing)) ?? [];
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(nullIfMissing);
    if (found && Date.now() - found.mtimeMs > stagingMs) await unlink(path).catch(nullIfMissing);
  }
}
