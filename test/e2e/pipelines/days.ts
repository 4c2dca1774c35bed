/** Thirty days of a pipeline, as they go: files that come again, late, twice or not at all, and one taken back. */
import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import type { Receipt } from '../../../platform/file-receipt.ts';
import { tempFolder } from '../../support/index.ts';
import { replayed, undone } from '../again.ts';
import type { TestSite } from '../site.ts';

/** The files whose rows the star shows, by name. */
export type Loaded = Map<string, string>;

export class Days {
  readonly loaded: Loaded = new Map();
  private readonly site: TestSite;
  private readonly dataset: string;
  /** How many datasets a file is loaded into. */
  private readonly together: number;

  constructor(site: TestSite, dataset: string, together = 1) {
    this.site = site;
    this.dataset = dataset;
    this.together = together;
  }

  /** Drops a copy of a file under its name, and expects it to be loaded. */
  async land(path: string, name = basename(path)): Promise<Receipt> {
    const copy = join(tempFolder(), name);
    copyFileSync(path, copy);
    const receipt = await this.site.drop(this.dataset, copy);
    expect([name, receipt.status]).toEqual([name, 'done']);
    this.loaded.set(name, path);
    return receipt;
  }

  /** Drops a file whose content is there already: it is a duplicate, and changes nothing. */
  async again(path: string, name: string): Promise<void> {
    const copy = join(tempFolder(), name);
    copyFileSync(path, copy);
    expect((await this.site.drop(this.dataset, copy)).status).toBe('duplicate');
  }

  async undo(name: string): Promise<void> {
    expect(await undone(this.site, name)).toHaveLength(this.together);
    this.loaded.delete(name);
  }

  async replay(path: string, name = basename(path)): Promise<void> {
    expect((await replayed(this.site, name)).status).toBe('done');
    this.loaded.set(name, path);
  }
}
