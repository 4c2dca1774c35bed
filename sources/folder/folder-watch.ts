/**
 * Watches a folder and folders below it, and says which entries may have changed: one watch a folder and none
 * of the files in it, so a file that comes costs an event and nobody lists or looks at its neighbours again.
 */
import { type FSWatcher, watch } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { sep } from 'node:path';

/** `name`: the entry of `folder` it is about; null where the system does not say. */
export type OnEvent = (event: string, name: string | null, folder: string) => void;

export class FolderWatch {
  private readonly onEvent: OnEvent;
  private readonly onError: (error: unknown) => void;
  /** Path → its watch, and which folder of that name it watches. */
  private readonly watched = new Map<string, { readonly watcher: FSWatcher; readonly mark: string }>();
  private closed = false;

  constructor(onEvent: OnEvent, onError: (error: unknown) => void) {
    this.onEvent = onEvent;
    this.onError = onError;
  }

  /** Events of the folder's entries are told from now on. Throws what the system says where they cannot be. */
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

  /** Ends the watches of a path and of those below it; false where there were none. */
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
