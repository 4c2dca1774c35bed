/**
 * Refreshes the marts of datasets whose files are done. Not after every file: immediately if the dataset has no other
 * file in flight, otherwise after `waitMs`, so that marts keep up while files keep coming. A file is done before its
 * marts are refreshed. Marts are views of the star, so one that cannot be refreshed has no effect on the file.
 * Whoever waits for a file (`settled`) also waits for its marts.
 */

import type pg from 'pg';
import { type MartsOf, refreshMarts } from './refresh-marts.ts';

export interface MartsOptions {
  readonly pool: pg.Pool;
  /** True while another file of the dataset is in flight. */
  readonly isBusy: (dataset: string) => boolean;
  readonly onError: (error: unknown, dataset: string) => void;
  readonly waitMs?: number;
}

/** How long marts may be out of date while files keep coming, in ms. */
const waitMsDefault = 3_000;

interface Wave {
  readonly dataset: MartsOf;
  readonly start: () => void;
  readonly done: Promise<void>;
  readonly timer: NodeJS.Timeout;
}

export class Marts {
  private readonly options: MartsOptions;
  /** For each dataset, the refresh that has not begun yet. */
  private readonly waiting = new Map<string, Wave>();
  private readonly running = new Map<string, Promise<void>>();

  constructor(options: MartsOptions) {
    this.options = options;
  }

  /** A file of the dataset is done. Resolves when the marts include it. Never rejects. */
  request(dataset: MartsOf): Promise<void> {
    if (!dataset.marts.some((mart) => mart.kind === 'table')) return Promise.resolve();
    const wave = this.waiting.get(dataset.name) ?? this.gather(dataset);
    if (!this.options.isBusy(dataset.name)) wave.start();
    return wave.done;
  }

  /** A file of the dataset has ended without being done. It may have been the last one in flight. */
  nudge(dataset: string): void {
    if (!this.options.isBusy(dataset)) this.waiting.get(dataset)?.start();
  }

  /** Starts the waiting refreshes, and waits for all of them. */
  async close(): Promise<void> {
    for (const wave of [...this.waiting.values()]) wave.start();
    await Promise.all(this.running.values());
  }

  private gather(dataset: MartsOf): Wave {
    let begin!: () => void;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const start = () => {
      clearTimeout(wave.timer);
      if (this.waiting.get(dataset.name) !== wave) return;
      this.waiting.delete(dataset.name);
      begin();
      const tracked = wave.done.finally(() => {
        if (this.running.get(dataset.name) === tracked) this.running.delete(dataset.name);
      });
      this.running.set(dataset.name, tracked);
    };
    const before = this.running.get(dataset.name);
    const done = begun
      .then(() => before)
      .then(() => refreshMarts(this.options.pool, dataset))
      .catch((error) => this.options.onError(error, dataset.name));
    const timer = setTimeout(() => start(), this.options.waitMs ?? waitMsDefault);
    const wave: Wave = { dataset, start, done, timer };
    this.waiting.set(dataset.name, wave);
    return wave;
  }
}
