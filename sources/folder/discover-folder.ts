/**
 * Discovers files in the landing folder, and passes each on once, when it is complete.
 *
 *   seen ──quiet already, or renamed in,─▶ taken ──▶ (archived or failed: gone)
 *     │    and not open for writing         ▲
 *     └─▶ growing ──quiet for settleMs──────┘   seen again with another mark: seen
 *            │      and not open for writing
 *            └─▶ (removed: forgotten)
 *
 * File system events report most files. A listing at the start and then once a minute finds any that were missed.
 * Names are compared byte for byte as Node reads them, so any name works, including those with spaces, newlines or
 * leading dashes.
 */
import { lstatSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Breather } from '../../platform/event-loop.ts';
import { atATime } from '../../platform/storage/at-a-time.ts';
import type { DiscoverOptions, Discovery, UnknownFile } from '../contract.ts';
import {
  type Identity,
  identify,
  ignoredMost,
  ignoredMs,
  isIgnored,
  isIgnoredUnknown,
  misnamed,
} from '../identify.ts';
import { FolderWatch } from './folder-watch.ts';
import { type Misnamed, mayBeMisnamed, misnamedIn } from './misnamed.ts';
import { Renames } from './renames.ts';
import { createWriterCheck } from './writers.ts';

/**
 * Time in ms after which a folder that could not be listed, or an arrival that could not be recorded, is tried
 * again: a store or the database may be down.
 */
const retryMs = 2_000;

/** The most entries that a listing examines and passes on at the same time. */
const looksAtATime = 256;

/** The least time in ms between two looks at changed entries. It limits how often a growing file is examined. */
const gatherMs = 20;

/** With this many events at once, it is likely that the system's buffer was full and that it dropped others. */
const eventsMany = 4_096;

type Writers = () => Promise<ReadonlySet<string>>;

/** A string that changes when the file's bytes do. */
function markOf(stats: Pick<Stats, 'size' | 'mtimeMs' | 'ino'>): string {
  return `${stats.size}-${stats.mtimeMs}-${stats.ino}`;
}

export async function startDiscovery(options: DiscoverOptions): Promise<Discovery> {
  const discovery = new FolderDiscovery(options);
  await discovery.start();
  return discovery;
}

class FolderDiscovery implements Discovery {
  private readonly options: DiscoverOptions;
  private readonly settleMs: number;
  /** The mark of each file that was passed on and is still there. */
  private readonly taken = new Map<string, string>();
  /** Files that were seen changing, each with the timer of the next look. */
  private readonly growing = new Map<string, { mark: string; timer: NodeJS.Timeout }>();
  private readonly left = new Map<string, UnknownFile>();
  /** Folder → keys of its entries whose names are not UTF-8. */
  private readonly misnamed = new Map<string, readonly string[]>();
  /** Keys of ignored entries that have been told of. */
  private readonly ignored = new Set<string>();
  private readonly renames = new Renames();
  private readonly writers: Writers;
  private readonly busy = new Set<Promise<void>>();
  private readonly watch: FolderWatch;
  /** Keys of entries that events have reported since the last look. */
  private readonly told = new Set<string>();
  private gathering: NodeJS.Timeout | null = null;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private listTimer: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(options: DiscoverOptions) {
    this.options = options;
    this.settleMs = options.settleMs ?? 500;
    this.writers = createWriterCheck(join(options.folder, sep));
    this.watch = new FolderWatch(
      (event, name, folder) => this.onEvent(event, name, folder),
      (error) => options.onError(error, ''),
    );
  }

  async start(): Promise<void> {
    const { listMs = 60_000 } = this.options;
    await this.list();
    this.listTimer = setInterval(() => this.track(this.relist()), listMs);
  }

  private onEvent(event: string, name: string | null, folder: string): void {
    if (this.closed) return;
    if (name === null) {
      this.track(this.relist());
      return;
    }
    this.renames.note(event, name, folder);
    const key = this.keyOf(join(folder, name));
    if (isIgnored(key)) return;
    this.told.add(key);
    if (this.gathering !== null) return;
    const waitMs = Math.max(0, this.lookedAt + gatherMs - performance.now());
    this.gathering = setTimeout(() => this.lookAtTold(), waitMs);
  }

  private lookAtTold(): void {
    this.gathering = null;
    this.lookedAt = performance.now();
    const keys = [...this.told];
    this.told.clear();
    if (keys.length >= eventsMany) this.track(this.relist());
    const breather = new Breather();
    this.track(
      atATime(looksAtATime, keys, async (key) => {
        await this.look(key);
        await breather.pause();
      }),
    );
  }

  /** Lists the folder in case events were missed: once a minute, and sooner after a failure. */
  private async relist(): Promise<void> {
    const { onError, onRecovered } = this.options;
    for (let failing = false; !this.closed; failing = true) {
      try {
        await this.list();
        if (failing) onRecovered?.();
        return;
      } catch (error) {
        if (this.closed) return;
        onError(error, '');
        await delay(retryMs, undefined, { ref: false });
      }
    }
  }

  release(key: string): void {
    this.taken.delete(key);
    this.track(this.look(key));
  }

  async list(): Promise<void> {
    const there = await this.lookThrough(this.options.folder, this.writersNow());
    if (this.closed) return;
    for (const key of [...this.taken.keys(), ...this.left.keys()]) if (!there.has(key)) this.forget(key);
  }

  /** Examines and watches a folder and all folders below it. Returns the keys of the files. */
  private async lookThrough(folder: string, writers: Writers): Promise<Set<string>> {
    const there = new Set<string>();
    // Watch first, so that nothing is missed between the listing and the start of the watch.
    await this.watch.add(folder);
    const entries = await readdir(folder, { withFileTypes: true });
    if (this.misnamed.has(folder) || entries.some(({ name }) => mayBeMisnamed(name)))
      for (const key of await this.leaveMisnamed(folder)) there.add(key);
    await atATime(looksAtATime, entries, async (entry) => {
      const path = join(folder, entry.name);
      const key = this.keyOf(path);
      if (this.closed) return;
      if (isIgnored(key)) return this.noteIgnored(key);
      if (entry.isDirectory()) {
        for (const below of await this.lookThrough(path, writers).catch(noneIfMissing)) there.add(below);
      } else {
        there.add(key);
        await this.look(key, writers);
      }
    });
    return there;
  }

  /** Leaves the entries of a folder whose names are not UTF-8. Returns their keys as they are shown. */
  private async leaveMisnamed(folder: string): Promise<string[]> {
    const found = await misnamedIn(folder).catch((error) => [...noneIfMissing<Misnamed>(error)]);
    const keys = found.map(({ name, stats }) => {
      const key = this.keyOf(join(folder, name));
      if (!isIgnored(key)) this.leave(key, misnamed(key), stats);
      return key;
    });
    for (const key of this.misnamed.get(folder) ?? []) if (!keys.includes(key)) this.forget(key);
    if (keys.length > 0) this.misnamed.set(folder, keys);
    else this.misnamed.delete(folder);
    return keys;
  }

  /** Tells once of an entry that stays ignored. What is still being written has another name soon. */
  private noteIgnored(key: string): void {
    if (!isIgnoredUnknown(key) || this.ignored.has(key) || this.ignored.size >= ignoredMost) return;
    const stats = statsOf(join(this.options.folder, key));
    if (stats === null || Date.now() - stats.mtimeMs < ignoredMs) return;
    this.ignored.add(key);
    this.options.onIgnored?.(key);
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.listTimer) clearInterval(this.listTimer);
    for (const { timer } of this.growing.values()) clearTimeout(timer);
    this.growing.clear();
    if (this.gathering) clearTimeout(this.gathering);
    this.watch.close();
    await Promise.all(this.busy);
  }

  /**
   * For many files that are examined one after another: looks for writers again only if the last answer is older
   * than the settling time. A write that began since then has made its file too young to be taken.
   */
  private writersNow(): Writers {
    let asked: { readonly at: number; readonly written: Promise<ReadonlySet<string>> } | null = null;
    return () => {
      if (asked === null || Date.now() - asked.at >= this.settleMs) {
        asked = { at: Date.now(), written: this.writers() };
      }
      return asked.written;
    };
  }

  private keyOf(path: string): string {
    return relative(this.options.folder, path).split(sep).join('/');
  }

  /** Keeps track of work in the background, so that `close` can wait for it. */
  private track(work: Promise<void>): void {
    const tracked = work
      .catch((error) => this.options.onError(error, ''))
      .finally(() => this.busy.delete(tracked));
    this.busy.add(tracked);
  }

  private async look(key: string, writers: Writers = this.writers): Promise<void> {
    if (this.closed) return;
    const stats = statsOf(join(this.options.folder, key));
    if (stats === null) {
      this.gone(key);
      if (mayBeMisnamed(key)) await this.leaveMisnamed(dirname(join(this.options.folder, key)));
      return;
    }
    if (stats.isDirectory()) {
      // Another file may have its name now.
      this.watch.remove(join(this.options.folder, key));
      await this.lookThrough(join(this.options.folder, key), writers).catch(noneIfMissing);
      return;
    }
    const identity = identify(key, stats, this.options);
    if (identity.kind === 'leave') this.leave(key, identity, stats);
    if (identity.kind !== 'take') return;
    const mark = markOf(stats);
    if (this.taken.get(key) === mark || this.growing.get(key)?.mark === mark) return;
    const whole = !this.growing.has(key) && (await this.isWholeAtFirstSight(key, stats, writers));
    if (this.taken.get(key) === mark) return;
    if (whole) await this.take(key, mark, identity);
    else this.wait(key, mark, identity);
  }

  /** Whether the file was moved here or has not changed for long enough, and is not open for writing. */
  private async isWholeAtFirstSight(key: string, stats: Stats, writers: Writers): Promise<boolean> {
    const path = join(this.options.folder, key);
    // Until the first write returns, a file that is created here looks like one that is renamed in, and a copy of
    // gigabytes may be one call.
    const renamedIn = () => stats.size > 0 && this.renames.renamedIn(path);
    const young = Date.now() - stats.mtimeMs < this.settleMs;
    if (young && !renamedIn()) return false;
    if ((await (young ? this.writers : writers)()).has(path)) return false;
    // Another process may have written and closed it since it was examined.
    const now = statsOf(path);
    return now !== null && markOf(now) === markOf(stats) && (!young || renamedIn());
  }

  /** Examines the file again after `ms`, and takes it if it has not changed and is not open for writing. */
  private wait(
    key: string,
    mark: string,
    identity: Identity & { kind: 'take' },
    ms: number = this.settleMs,
  ): void {
    clearTimeout(this.growing.get(key)?.timer);
    const lookAgain = async () => {
      const path = join(this.options.folder, key);
      // Check for writers first: what one wrote just before closing the file then shows in the mark.
      const written = (await this.writers()).has(path);
      const stats = statsOf(path);
      if (this.closed) return;
      if (stats === null) return this.forget(key);
      const now = markOf(stats);
      if (now !== mark || written) return this.wait(key, now, identity);
      this.growing.delete(key);
      // Two concurrent looks may have seen different states, and the later one has taken the file.
      if (this.taken.get(key) !== now) await this.take(key, now, identity);
    };
    this.growing.set(key, { mark, timer: setTimeout(() => this.track(lookAgain()), ms) });
  }

  private async take(key: string, mark: string, identity: Identity & { kind: 'take' }): Promise<void> {
    if (this.closed) return;
    this.taken.set(key, mark);
    // The definition that it waited for exists now.
    if (this.left.delete(key)) this.options.onLeft([...this.left.values()]);
    try {
      await this.options.onArrival({ dataset: identity.dataset, name: identity.name, key });
    } catch (error) {
      this.taken.delete(key);
      this.options.onError(error, key);
      if (!this.closed) this.wait(key, mark, identity, retryMs);
    }
  }

  private leave(key: string, identity: Identity & { kind: 'leave' }, stats: Stats): void {
    const { dataset, name, error } = identity;
    const known = this.left.get(key);
    if (known?.bytes === stats.size && known.error.message === error.message) return;
    const landedAt = known?.landedAt ?? new Date().toISOString();
    this.left.set(key, { dataset, name, bytes: stats.size, landedAt, error: error.toJSON() });
    this.options.onLeft([...this.left.values()]);
  }

  /** Forgets a file, or a folder and everything in it. */
  private gone(key: string): void {
    this.forget(key);
    if (!this.watch.remove(join(this.options.folder, key))) return;
    for (const known of [...this.taken.keys(), ...this.growing.keys(), ...this.left.keys()]) {
      if (known.startsWith(`${key}/`)) this.forget(known);
    }
  }

  private forget(key: string): void {
    clearTimeout(this.growing.get(key)?.timer);
    this.growing.delete(key);
    this.taken.delete(key);
    this.renames.forget(join(this.options.folder, key));
    if (this.left.delete(key)) this.options.onLeft([...this.left.values()]);
  }
}

/** Null if nothing is there or it may not be read. Synchronous, because waking a thread would cost more. */
function statsOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** A folder that has been removed meanwhile contains nothing. */
function noneIfMissing<T = string>(error: NodeJS.ErrnoException): Set<T> {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return new Set();
  throw error;
}
