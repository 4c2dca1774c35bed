/** A store that stays open: every few seconds something happens in each of its three sources. */
import { setTimeout as delay } from 'node:timers/promises';
import { connectDatabase } from '../demo-database.ts';
import type { DemoOptions } from '../demo-site.ts';
import { openStore } from './demo.ts';
import type { Store } from './generate.ts';

/** The length of a step. */
const stepMs = 10_000;

export interface FollowOptions extends DemoOptions {
  /** Ends the store. */
  readonly signal: AbortSignal;
  /** Called with the variables that the sources name, and then after each step. */
  onOpen(env: Readonly<Record<string, string>>): void;
  onStep(step: number): void | Promise<void>;
  /** Default: ten seconds. */
  readonly everyMs?: number;
}

/** Plays steps of `rows` orders until the signal. */
export async function followStore(options: FollowOptions): Promise<void> {
  const { rows, seed = 1, signal, onOpen, onStep, everyMs = stepMs } = options;
  const store: Store = {
    ...{ seed, rows: Number.POSITIVE_INFINITY, steps: Number.POSITIVE_INFINITY, perStep: rows },
    ...{ customers: 20 + rows, start: Math.floor(Date.now() / 1000) * 1000, stepMs: everyMs },
  };
  const open = await openStore(store, await connectDatabase(options.databaseUrl), options.folder);
  try {
    onOpen(open.env);
    for (let step = 0; !signal.aborted; step++) {
      const end = store.start + (step + 1) * everyMs;
      await delay(Math.max(0, end - Date.now()), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      await open.play(step);
      await onStep(step);
    }
  } finally {
    await open.close();
  }
}
