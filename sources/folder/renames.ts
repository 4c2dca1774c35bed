/**
 * Tells files that were renamed into a folder, and so are whole, from files that are written there.
 *
 * Linux reports both as a `rename` event of the folder; but writing in place is followed by a `change`
 * event when each call that writes returns. So a file that has bytes and whose name had a `rename` event and no
 * `change` event since was moved there as it is, or its first call has not returned yet: then somebody has
 * it open (writers.ts). Times cannot tell: a file that is written and at once renamed has the same time for both.
 */
import { join } from 'node:path';

export class Renames {
  /** Path → whether it changed since its last `rename` event. */
  private readonly changed = new Map<string, boolean>();

  /** Takes an event of a watched folder; `name` is the entry it is about. */
  note(event: string, name: string, folder: string): void {
    this.changed.set(join(folder, name), event !== 'rename');
  }

  /** True where the file was renamed in and not touched since, as far as events have told. */
  renamedIn(path: string): boolean {
    return this.changed.get(path) === false;
  }

  forget(path: string): void {
    this.changed.delete(path);
  }
}
