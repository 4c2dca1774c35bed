/** The mark of a lake in a folder: a file at its root that tells it from the empty mount point of a disk. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { LandfallError } from '../errors/errors.ts';
import type { StoreMark } from './contract.ts';
import { writeNew } from './durable.ts';

/** It is never listed. */
export const markFile = '.landfall-lake';

const text = 'A lake of Landfall. Landfall does not write to this folder while this file is missing.\n';

export class FolderMark implements StoreMark {
  private readonly root: string;
  private required = false;

  constructor(root: string) {
    this.root = root;
  }

  isThere(): boolean {
    try {
      lstatSync(join(this.root, markFile));
      return true;
    } catch (error) {
      // Any other error is named by the call that follows.
      return (error as NodeJS.ErrnoException).code !== 'ENOENT';
    }
  }

  async make(): Promise<void> {
    await writeNew(join(this.root, markFile), Buffer.from(text)).catch((error) => {
      // Another process has made it meanwhile.
      if (error.code !== 'EEXIST') throw error;
    });
  }

  require(): void {
    this.required = true;
  }

  /** @throws LandfallError LF_LAKE_MISSING if the mark is required and missing */
  check(): void {
    if (this.required && !this.isThere()) throw this.missing();
  }

  missing(): LandfallError {
    return new LandfallError('LF_LAKE_MISSING', {
      store: this.root,
      role: 'lake',
      mark: join(this.root, markFile),
    });
  }
}
