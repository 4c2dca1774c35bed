/**
 * Sees files arrive in the landing folder and hands on each one once, when it is whole.
 *
 *   seen ──quiet already, or renamed in,─▶ taken ──▶ (archived or failed: gone)
 *     │    and nobody writes to it          ▲
 *     └─▶ growing ──quiet for settleMs──────┘   seen again with another mark: seen
 *            │      and nobody writes to it
 *            └─▶ (removed: forgotten)
 *
 * Watching tells; a listing at the start and then once a minute is the net below it. Names are compared
 * with their bytes as Node reads them, so any name works, also with spaces, newlines or leading dashes.
 */
import { lstatSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Breather } from '../../platform/event-loop.ts';
import { atATime } from '../../platform/storage/at-a-time.ts';
import type { DiscoverOptions, Discovery, UnknownFile } from '../contract.ts';
import { type Identity, identify, isIgnored } from '../identify.ts';
import { FolderWatch } from './folder-watch.ts';
import { Renames } from './renames.ts';
import { createWriterCheck } from './writers.ts';

/**
 * Time after which a folder that could not be looked through, or an arrival that could not be noted, is
 * tried again, in ms: a store or the database may be away.
 */
const retryMs = 2_000;

/** Entries that a listing looks at, and hands on, at a time. */
const looksAtATime = 256;

/** Least time between looks at what events have told of, in ms: a file that grows is seen so often at most. */
const gatherMs = 20;

/** Told of at once, so many make it likely that the system had no room for others and dropped them. */
const eventsMany = 4_096;

type Writers = () => Promise<ReadonlySet<string>>;

/** Changes when a file's bytes do. */
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
  /** Mark of each file that was handed on and still lies there. */
  private readonly taken = new Map<string, string>();
  /** Files seen changing, each with the timer that looks again. */
  private readonly growing = new Map<string, { mark: string; timer: NodeJS.Timeout }>();
  private readonly left = new Map<string, UnknownFile>();
  private readonly renames = new Renames();
  private readonly writers: Writers;
  private readonly busy = new Set<Promise<void>>();
  private readonly watch: FolderWatch;
  /** Keys that events have told of since the last look. */
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

  /** The net below the watching: once a minute, and until it succeeds where it fails. */
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

  /** Looks at all that lies in a folder, and below it, and hears of what comes later. The keys of the files. */
  private async lookThrough(folder: string, writers: Writers): Promise<Set<string>> {
    const there = new Set<string>();
    // First, so that nothing comes unheard between the listing and the watch.
    await this.watch.add(folder);
    const entries = await readdir(folder, { withFileTypes: true });
    await atATime(looksAtATime, entries, async (entry) => {
      const path = join(folder, entry.name);
      const key = this.keyOf(path);
      if (this.closed || isIgnored(key)) return;
      if (entry.isDirectory()) {
        for (const below of await this.lookThrough(path, writers).catch(noneIfMissing)) there.add(below);
      } else {
        there.add(key);
        await this.look(key, writers);
      }
    });
    return there;
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
   * For many files that are looked at one after another: asks again only when the answer is older than the
   * settling time. Who has begun to write since then has made his file young.
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

  /** Keeps hold of what runs on its own, so that close can wait for it. */
  private track(work: Promise<void>): void {
    const tracked = work
      .catch((error) => this.options.onError(error, ''))
      .finally(() => this.busy.delete(tracked));
    this.busy.add(tracked);
  }

  private async look(key: string, writers: Writers = this.writers): Promise<void> {
    if (this.closed) return;
    const stats = statsOf(join(this.options.folder, key));
    if (stats === null) return this.gone(key);
    if (stats.isDirectory()) {
      // Another one may have its name by now.
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

  /** Moved here in one piece or quiet for long enough already, and written by nobody. */
  private async isWholeAtFirstSight(key: string, stats: Stats, writers: Writers): Promise<boolean> {
    const path = join(this.options.folder, key);
    // A file that is made here is told of as one that is renamed in, until what it is made by returns: a copy of
    // gigabytes may be one call.
    const renamedIn = () => stats.size > 0 && this.renames.renamedIn(path);
    const young = Date.now() - stats.mtimeMs < this.settleMs;
    if (young && !renamedIn()) return false;
    if ((await (young ? this.writers : writers)()).has(path)) return false;
    // Somebody may have written and closed it since it was looked at.
    const now = statsOf(path);
    return now !== null && markOf(now) === markOf(stats) && (!young || renamedIn());
  }

  /** Looks again after `ms`; takes the file if it is then as it was and nobody writes to it. */
  private wait(
    key: string,
    mark: string,
    identity: Identity & { kind: 'take' },
    ms: number = this.settleMs,
  ): void {
    clearTimeout(this.growing.get(key)?.timer);
    const lookAgain = async () => {
      const path = join(this.options.folder, key);
      // Writers first: what one wrote who closed the file just before shows in the mark after.
      const written = (await this.writers()).has(path);
      const stats = statsOf(path);
      if (this.closed) return;
      if (stats === null) return this.forget(key);
      const now = markOf(stats);
      if (now !== mark || written) return this.wait(key, now, identity);
      this.growing.delete(key);
      // Two looks at once may have found it in different states, and the later one has taken it.
      if (this.taken.get(key) !== now) await this.take(key, now, identity);
    };
    this.growing.set(key, { mark, timer: setTimeout(() => this.track(lookAgain()), ms) });
  }

  private async take(key: string, mark: string, identity: Identity & { kind: 'take' }): Promise<void> {
    if (this.closed) return;
    this.taken.set(key, mark);
    // A definition that it waited for is there.
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

  /** A file, or a folder with all that was in it. */
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

/** Null where nothing is there, or nothing that may be looked at. At once: a thread would cost more to wake. */
function statsOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** A folder that has gone meanwhile has nothing in it. */
function noneIfMissing(error: NodeJS.ErrnoException): Set<string> {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return new Set();
  throw error;
}
