/** Scenarios of what keeps an installation sound. */
import type { Scenario } from './scenario.ts';

export const upkeepScenarios = {
  /** Parts of several files become one. */
  compact: {
    points: {
      command: [
        'compact.noted',
        'compact.staged',
        'compact.published',
        'compact.moved',
        'compact.committed',
        'compact.old-deleted',
      ],
    },
    async run(round) {
      for (const first of [1, 101, 201]) {
        await round.drop(`${first}.csv`, round.rides(first, 30), 'lake_rides');
        await round.rest(1);
      }
      round.arm();
      await round.repeat('compact', 'lake_rides', '--min-parts', '2', '--keep-replaced', '0');
      await round.rest(0);
    },
  },
} as const satisfies Readonly<Record<string, Scenario>>;
