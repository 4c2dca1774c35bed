import type { Contest } from '../rounds/contest.ts';
import { median } from '../rounds/rounds.ts';
import { tripsPipeline } from '../sides/trips-sides.ts';

/**
 * The coordinator's share is computed from the time of coordinator and workers alone, which is stricter: with the
 * server's time included, the share is smaller. Both are shown.
 */
export const coordinator: Contest = {
  letter: 'g',
  what: 'share of the coordinator in total CPU time',
  inside:
    'the process of the coordinator is `landfall ingest` itself; its start, planning, progress and finalising are included',
  goalRows: 100_000_000,
  prepare: async (arena) => [await tripsPipeline(arena, { layout: 'packed' })],
  measure: ([ours]) => {
    const share = (withServer: boolean) =>
      median(
        ours.rounds.map(
          ({ coordinatorCpuSeconds = Number.NaN, cpuSeconds = Number.NaN, serverCpuSeconds = 0 }) =>
            coordinatorCpuSeconds / (cpuSeconds + (withServer ? serverCpuSeconds : 0)),
        ),
      );
    return [
      {
        name: 'coordinator ÷ coordinator and workers',
        value: share(false),
        unit: 'share',
        goal: { atMost: 0.03 },
      },
      { name: 'coordinator ÷ all, the server included', value: share(true), unit: 'share', goal: null },
    ];
  },
};
