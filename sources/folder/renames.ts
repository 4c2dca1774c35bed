/**
 * Distinguishes files that were renamed into a folder, and are therefore complete, from files that are written there.
 *
 * Linux reports both as a `rename` event of the folder. Writing in place also causes a `change` event each time a
 * write returns. A file that has bytes, and whose name had a `rename` event and no `change` event since, was
 * therefore moved there, unless its first write has not returned yet; in that case the file is open (writers.ts).
 * Times cannot tell the two apart: a file that is renamed right after it was written has the same time for both.
 */
import { join } from 'node:path';

export class Renames {
  /** Path → whether it has changed since its last `rename` event. */
  private readonly changed = new Map<string, boolean>();

  /** Handles an event of a watched folder. `name`: the entry that it concerns. */
  note(event: string, name: string, folder: string): void {
    this.changed.set(join(folder, name), event !== 'rename');
  }

  /** Whether, according to the events, the file was renamed into the folder and has not changed since. */
  renamedIn(path: string): boolean {
    return this.changed.get(path) === false;
  }

  forget(path: string): void {
    this.changed.delete(path);
  }
}
