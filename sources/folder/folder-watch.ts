/**
 * Watches folders and reports which entries may have changed. There is one watch per folder, not per file, so a new
 * file costs one event, and its neighbours are not listed or examined again.
 */
import { type FSWatcher, watch } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { sep } from 'node:path';

/** `name`: the entry of `folder` that may have changed; null if the system does not say. */
export type OnEvent = (event: string, name: string | null, folder: string) => void;

export class FolderWatch {
  private readonly onEvent: OnEvent;
  private readonly onError: (error: unknown) => void;
  /** Path → its watch, and the identity of the folder that it watches. */
  private readonly watched = new Map<string, { readonly watcher: FSWatcher; readonly mark: string }>();
  private closed = false;

  constructor(onEvent: OnEvent, onError: (error: unknown) => void) {
    this.onEvent = onEvent;
    this.onError = onError;
  }

  /** Reports events of the folder's entries from now on. Throws the system's error if it cannot be watched. */
  async add(folder: string): Promise<void> {
    const { ino, birthtimeMs } = await lstat(folder);
    const mark = `${ino}-${birthtimeMs}`;
    if (this.closed || this.watched.get(folder)?.mark === mark) return;
    this.remove(folder);
    const watcher = watch(folder, (event, name) => this.onEvent(event, name, folder));
    watcher.on('error', (error) => {
      this.remove(folder);
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.onError(error);
    });
    this.watched.set(folder, { watcher, mark });
  }

  has(folder: string): boolean {
    return this.watched.has(folder);
  }

  /** Ends the watches of a path and of all paths below it. Returns false if there were none. */
  remove(path: string): boolean {
    if (!this.watched.has(path)) return false;
    for (const [folder, { watcher }] of this.watched) {
      if (folder !== path && !folder.startsWith(path + sep)) continue;
      this.watched.delete(folder);
      watcher.close();
    }
    return true;
  }

  close(): void {
    this.closed = true;
    for (const { watcher } of this.watched.values()) watcher.close();
    this.watched.clear();
  }
}
