/** One test for each death: what the site holds in the end must be what it holds where nobody died. */
import { expect, it } from 'vitest';
import { type Backend, onBothBackends } from '../e2e/site.ts';
import { account } from './account.ts';
import { Lanes } from './lanes.ts';
import type { Death, deaths, Scenario } from './scenarios.ts';
import { crashSite } from './site.ts';

/** Sites at a time: each waits more than it works. */
const lanes = new Lanes(4);

/** Far more than a site needs. */
const timeout = 600_000;

export function testDeaths(tried: typeof deaths): void {
  onBothBackends('a process that dies', (backend) => {
    /** What a site holds where nobody dies, by scenario. */
    const undisturbed = new Map<Scenario, ReturnType<typeof outcome>>();
    const outcomeWithout = (scenario: Scenario) => {
      const known = undisturbed.get(scenario) ?? lanes.take(() => outcome(backend, scenario));
      known.catch(() => undefined);
      undisturbed.set(scenario, known);
      return known;
    };
    it.concurrent.each(tried)('at $point: the $victim', { timeout }, async ({ scenario, ...death }) => {
      const expected = outcomeWithout(scenario);
      expect(await lanes.take(() => outcome(backend, scenario, death))).toEqual(await expected);
    });
  });
}

async function outcome(backend: Backend, scenario: Scenario, death?: Death) {
  const site = await crashSite(backend, scenario.settings);
  try {
    await scenario.run(site, death);
    const whole = await account(site);
    return scenario.givenUp ? { ...whole, ...leftOfGivenUp(whole) } : whole;
  } finally {
    await site.close();
  }
}

/** Of files that are given up on the way: all but what was seen of them before. Dimensions keep their members. */
function leftOfGivenUp({ files }: Awaited<ReturnType<typeof account>>) {
  const ended = files.map(({ name, state, lies, receipt }) => ({ name, state, lies, error: receipt.error }));
  return { files: ended, rejects: null, riders: null, days: null };
}
