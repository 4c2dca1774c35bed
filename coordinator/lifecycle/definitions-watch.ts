/**
 * Reloads definitions that are written or changed while the coordinator runs. There is one watch per folder of
 * definitions, not per file, and no polling.
 *
 *   an event ──quiet for settleMs, or settleMostMs──▶ all definitions are read again ──changed──▶ onChange
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type BrokenDefinition, isExamplePath, type Registry } from '../../model/registry.ts';
import type { Log } from '../../platform/log/log.ts';
import { FolderWatch } from '../../sources/folder/folder-watch.ts';

/** How long to wait after an event before definitions are read: an editor or git writes many files in a burst. */
const settleMs = 150;

/** The longest time that a burst of events can delay reading. */
const settleMostMs = 2_000;

/** Folders more than this many levels below a path of definitions are not watched. */
const depthMost = 4;

export interface DefinitionsWatchOptions {
  readonly registry: Registry;
  /** As in the setting `datasets`. */
  readonly paths: readonly string[];
  readonly log: Log;
  /** Whether the log names broken definitions. */
  readonly logsBroken: boolean;
  /** Called when the datasets or the broken definitions of the registry have changed. */
  readonly onChange: () => Promise<void>;
}

export class DefinitionsWatch {
  private readonly options: DefinitionsWatchOptions;
  private readonly watch: FolderWatch;
  /**
   * Folder → its entries that matter. A folder that is not in the map is watched as a whole; one above a path of
   * definitions is watched only for that path.
   */
  private readonly only = new Map<string, Set<string>>();
  private timer: NodeJS.Timeout | null = null;
  private firstEventAt = 0;
  private reading: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(options: DefinitionsWatchOptions) {
    this.options = options;
    this.watch = new FolderWatch(
      (_, name, folder) => this.onEvent(name, folder),
      (error) => this.cannotWatch(error),
    );
  }

  /** Starts watching, and reads the definitions again: they may have changed since the registry was loaded. */
  async start(): Promise<void> {
    this.logBroken([]);
    await this.watchFolders();
    this.soon(0);
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.watch.close();
    await this.reading;
  }

  private onEvent(name: string | null, folder: string): void {
    const only = this.only.get(folder);
    if (name !== null && (name.startsWith('.') || (only !== undefined && !only.has(name)))) return;
    this.soon(settleMs);
  }

  private soon(ms: number): void {
    if (this.closed) return;
    const now = performance.now();
    if (this.timer === null) this.firstEventAt = now;
    else clearTimeout(this.timer);
    const wait = Math.max(0, Math.min(ms, this.firstEventAt + settleMostMs - now));
    this.timer = setTimeout(() => {
      this.timer = null;
      this.reading = this.reading.then(() => this.read());
    }, wait);
  }

  private async read(): Promise<void> {
    const { registry, log, onChange } = this.options;
    if (this.closed) return;
    try {
      // Folders first, so that no write to a new folder is missed while the definitions are read.
      await this.watchFolders();
      const before = registry.broken();
      if (!(await registry.reload())) return;
      log.info({ datasets: registry.names() }, 'reloaded changed definitions');
      this.logBroken(before);
      await onChange();
    } catch (error) {
      log.error({ err: error }, 'could not reload changed definitions');
    }
  }

  private logBroken(before: readonly BrokenDefinition[]): void {
    if (!this.options.logsBroken) return;
    const known = new Set(before.map((broken) => JSON.stringify(broken)));
    for (const broken of this.options.registry.broken()) {
      if (known.has(JSON.stringify(broken))) continue;
      const { dataset, file, error } = broken;
      this.options.log.warn(
        { dataset, file, ...error },
        'a definition cannot be used; files of its dataset wait',
      );
    }
  }

  private async watchFolders(): Promise<void> {
    for (const path of this.options.paths.filter((one) => !isExamplePath(one))) {
      const found = await stat(path).catch(() => null);
      // The parent folder reports when a path appears, disappears or is replaced.
      await this.watchAbove(path);
      if (found?.isDirectory()) await this.watchBelow(path, 0);
    }
  }

  private async watchAbove(path: string): Promise<void> {
    for (
      let [folder, name] = [dirname(path), basename(path)];
      ;
      [folder, name] = [dirname(folder), basename(folder)]
    ) {
      if (await this.add(folder, name)) return;
      if (folder === dirname(folder)) return;
    }
  }

  private async watchBelow(folder: string, depth: number): Promise<void> {
    this.only.delete(folder);
    if (!(await this.add(folder)) || depth === depthMost) return;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      await this.watchBelow(join(folder, entry.name), depth + 1);
    }
  }

  /** Returns false if there is no such folder. `name`: the only entry of the folder that matters. */
  private async add(folder: string, name?: string): Promise<boolean> {
    try {
      const isWhole = !this.only.has(folder) && this.watch.has(folder);
      await this.watch.add(folder);
      if (name !== undefined && !isWhole)
        this.only.set(folder, (this.only.get(folder) ?? new Set()).add(name));
      return true;
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
        this.cannotWatch(error);
      return false;
    }
  }

  private cannotWatch(error: unknown): void {
    this.options.log.warn(
      { err: error },
      'could not watch folders of definitions; restart this process after you change a definition',
    );
  }
}
