/**
 * Refreshes the table marts of datasets whose files are done. Not after every file:
 *
 *   no `maxStale`     immediately if the dataset has no other file in flight, otherwise after `waitMs`, so that marts
 *                     keep up while files keep coming
 *   with `maxStale`   the same, but not before `maxStale` has passed since the last refresh began
 *
 * A file is done before its marts are refreshed. Marts are views of the star, so one that cannot be refreshed has no
 * effect on the file: the ledger notes it (refresh-marts.ts). A mart that another session locks is tried again like
 * any work that an outage stops. Whoever waits for a file (`settled`) also waits for the refreshes that may begin now,
 * but not for those that `maxStale` puts off.
 */

import type pg from 'pg';
import { refreshTimes } from '../../../ledger/tables/marts.ts';
import type { CompiledSqlMart } from '../../../model/compiled.ts';
import { type MartFailure, type MartsOf, refreshMarts, tableMarts } from './refresh-marts.ts';

export interface MartsOptions {
  readonly pool: pg.Pool;
  /** True while another file of the dataset is in flight. */
  readonly isBusy: (dataset: string) => boolean;
  /** Repeats a step after an outage. */
  readonly through: <T>(source: string, step: () => Promise<T>) => Promise<T>;
  /** Told of each mart that could not be refreshed, and of whatever else ended a refresh. */
  readonly onError: (error: unknown, dataset: string) => void;
  readonly waitMs?: number;
}

/** How long marts may be out of date while files keep coming, in ms. */
const waitMsDefault = 3_000;

/** Timers take no longer time. A refresh that is due later is asked for again by then (stale-marts.ts). */
const longestTimerMs = 2 ** 31 - 1;

/** Marts of a dataset with the same `maxStale` that will be refreshed together. */
interface Wave {
  readonly dataset: MartsOf;
  /** When it may begin, in ms since the epoch. */
  readonly due: number;
  /** Begins, if it may. */
  readonly start: () => void;
  readonly cancel: () => void;
  readonly done: Promise<void>;
}

export class Marts {
  private readonly options: MartsOptions;
  /** Refreshes that have not begun yet, by dataset and `maxStale`. */
  private readonly waiting = new Map<string, Wave>();
  private readonly running = new Map<string, Promise<void>>();
  /** When the last refresh of a mart began, by dataset and mart, in ms since the epoch. */
  private readonly begun = new Map<string, number>();

  constructor(options: MartsOptions) {
    this.options = options;
  }

  /**
   * A file of the dataset is done. Resolves when the marts include it whose refresh may begin now. Never rejects.
   * `marts`: those that lack it; all table marts by default.
   */
  async request(dataset: MartsOf, marts: readonly CompiledSqlMart[] = tableMarts(dataset)): Promise<void> {
    const waits = [...byMaxStale(marts)].map(([maxStaleMs, alike]) => this.ask(dataset, maxStaleMs, alike));
    await Promise.all(waits);
  }

  /** A file of the dataset has ended without being done. It may have been the last one in flight. */
  nudge(dataset: string): void {
    if (this.options.isBusy(dataset)) return;
    for (const wave of [...this.waiting.values()]) if (wave.dataset.name === dataset) wave.start();
  }

  /** Starts the waiting refreshes that may begin, waits for them, and leaves the others to the next process. */
  async close(): Promise<void> {
    for (const wave of [...this.waiting.values()]) wave.start();
    await Promise.all(this.running.values());
    for (const wave of this.waiting.values()) wave.cancel();
    this.waiting.clear();
  }

  private async ask(dataset: MartsOf, maxStaleMs: number, marts: readonly CompiledSqlMart[]): Promise<void> {
    const key = `${dataset.name} ${maxStaleMs}`;
    const due = maxStaleMs === 0 ? 0 : await this.dueAt(dataset, maxStaleMs, marts);
    const wave = this.waiting.get(key) ?? this.gather(key, dataset, marts, maxStaleMs, due);
    if (!this.options.isBusy(dataset.name)) wave.start();
    if (wave.due <= Date.now()) await wave.done;
  }

  /** When the marts may be refreshed again: when the oldest of them reaches `maxStale`. */
  private async dueAt(
    dataset: MartsOf,
    maxStaleMs: number,
    marts: readonly CompiledSqlMart[],
  ): Promise<number> {
    const unknown = marts.filter(({ name }) => !this.begun.has(`${dataset.name} ${name}`));
    if (unknown.length > 0) {
      const names = unknown.map(({ name }) => name);
      const times = await refreshTimes(this.options.pool, dataset.name, names).catch(() => new Map());
      for (const name of names) this.noteBegun(dataset, name, times.get(name) ?? 0);
    }
    return maxStaleMs + Math.min(...marts.map(({ name }) => this.begun.get(`${dataset.name} ${name}`)!));
  }

  private noteBegun(dataset: MartsOf, mart: string, at: number): void {
    const key = `${dataset.name} ${mart}`;
    this.begun.set(key, Math.max(at, this.begun.get(key) ?? 0));
  }

  private gather(
    key: string,
    dataset: MartsOf,
    marts: readonly CompiledSqlMart[],
    maxStaleMs: number,
    due: number,
  ): Wave {
    let begin!: () => void;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const start = () => {
      if (Date.now() < due || this.waiting.get(key) !== wave) return;
      clearTimeout(timer);
      this.waiting.delete(key);
      const before = this.running.get(dataset.name);
      const tracked = wave.done.finally(() => {
        if (this.running.get(dataset.name) === tracked) this.running.delete(dataset.name);
      });
      this.running.set(dataset.name, tracked);
      if (before === undefined) begin();
      else void before.then(begin);
    };
    const done = begun.then(() => this.refresh(dataset, marts));
    const { waitMs = waitMsDefault } = this.options;
    const wait = maxStaleMs === 0 ? waitMs : Math.min(waitMs, maxStaleMs);
    const timer = setTimeout(start, Math.min(longestTimerMs, Math.max(wait, due - Date.now())));
    const wave: Wave = { dataset, due, start, cancel: () => clearTimeout(timer), done };
    this.waiting.set(key, wave);
    return wave;
  }

  /** Never rejects. */
  private async refresh(dataset: MartsOf, marts: readonly CompiledSqlMart[]): Promise<void> {
    const { pool, through, onError } = this.options;
    const names = new Set(marts.map(({ name }) => name));
    for (const name of names) this.noteBegun(dataset, name, Date.now());
    let failures: readonly MartFailure[] = [];
    try {
      await through(`the marts of ${dataset.name}`, async () => {
        failures = await refreshMarts(pool, dataset, names);
        const locked = failures.find(({ error }) => error.code === 'LF_DATABASE_LOCKED');
        if (locked !== undefined) throw locked.error;
      });
    } catch (error) {
      if (failures.length === 0) onError(error, dataset.name);
    }
    for (const { error } of failures) onError(error, dataset.name);
  }
}

/** Table marts by `maxStale` in ms, 0 for none. */
function byMaxStale(marts: readonly CompiledSqlMart[]): Map<number, CompiledSqlMart[]> {
  const classes = new Map<number, CompiledSqlMart[]>();
  for (const mart of marts) {
    const maxStaleMs = mart.maxStaleMs ?? 0;
    classes.set(maxStaleMs, [...(classes.get(maxStaleMs) ?? []), mart]);
  }
  return classes;
}
