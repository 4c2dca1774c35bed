/** One test for each death: what a site holds in the end must be what it holds where nobody died. */
import { afterAll, describe, it } from 'vitest';
import type { Backend } from '../e2e/site.ts';
import { Lanes } from './lanes.ts';
import type { deaths } from './scenarios.ts';
import { Trial } from './trial.ts';

/** Far more than a death needs, and all that come before it. */
const timeout = 900_000;

/** A death, and the queues on which it is tried. */
export type Case = (typeof deaths)[number] & { readonly on: readonly Backend[] };

/** `atATime`: deaths at a time; each waits more than it works. */
export function testDeaths(cases: readonly Case[], atATime: number): void {
  const lanes = new Lanes(atATime);
  /** Trials whose last round went well go on, by what their sites are like. */
  const rested = new Map<string, Trial[]>();
  describe('a process that dies', () => {
    it.concurrent.each(cases)(
      'at $point: the $victim, queue on $on',
      { timeout },
      ({ scenario, on, ...death }) =>
        lanes.take(async () => {
          const like = `${scenario.settings} ${on}`;
          const trial = rested.get(like)?.pop() ?? (await Trial.open(scenario.settings, on));
          try {
            await trial.round(scenario, death);
          } catch (error) {
            await trial.close();
            throw error;
          }
          rested.set(like, [...(rested.get(like) ?? []), trial]);
        }),
    );
    afterAll(async () => {
      const ended = [...rested.values()].flat().map((trial) => trial.compare().finally(() => trial.close()));
      for (const end of await Promise.allSettled(ended)) if (end.status === 'rejected') throw end.reason;
    }, timeout);
  });
}
