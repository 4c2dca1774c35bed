/** Scenarios of datasets with rollups, members whose attributes follow the rows, versions and snapshots. */
import { dropRefused, snapshotOf } from './keyed-scenarios.ts';
import type { Round } from './round.ts';
import type { Scenario } from './scenario.ts';

/** A file of rides, and another one of the same riders and days with later and earlier rides. */
async function dropTwo(
  round: Round,
  dataset: 'derived_rides' | 'history_rides',
  arm: boolean,
): Promise<void> {
  await round.drop('a.csv', round.rides(1, 60), dataset);
  await round.rest(1);
  if (arm) round.arm();
  await round.drop('b.csv', round.ridesAt('11:00', 41, 40) + round.rowsAt('09:00', 1, 20), dataset);
  await round.rest(1);
}

async function dropSnapshots(round: Round, arm: boolean): Promise<void> {
  await round.drop(snapshotOf(round, '02'), round.rides(1, 60), 'snapshot_rides');
  await round.rest(1);
  if (arm) round.arm();
  await round.drop(snapshotOf(round, '03'), round.ridesAt('11:00', 1, 65), 'snapshot_rides');
  await round.rest(1);
  await round.drop(snapshotOf(round, '01'), round.rides(1, 50), 'snapshot_rides');
  await round.rest(1);
}

export const derivedScenarios = {
  derived: {
    points: {
      coordinator: ['end.snapshot-noted', 'end.rollups-applied', 'end.members-settled', 'finalise.committed'],
      worker: ['chunk.facts-copied', 'chunk.written', 'chunk.committed'],
    },
    run: (round) => dropTwo(round, 'derived_rides', true),
  },

  /** The same in many small files at once. */
  derivedGroup: {
    points: {
      coordinator: ['group.accounted', 'end.rollups-applied', 'end.members-settled', 'group.done'],
      worker: ['group.claimed', 'group.written', 'group.committed'],
    },
    async run(round) {
      round.arm();
      const files = Array.from({ length: 8 }, (_, i) => [`${i}.csv`, round.rides(1 + 5 * i, 15)] as const);
      await Promise.all(files.map(([name, content]) => round.drop(name, content, 'derived_rides')));
      await round.rest(files.length);
    },
  },

  derivedUndo: {
    points: {
      command: ['undo.ledger-written', 'remove.rows-deleted', 'remove.members-settled', 'undo.committed'],
    },
    async run(round) {
      await dropTwo(round, 'derived_rides', false);
      round.arm();
      await round.insist('undo', await round.numberOf('b.csv'));
      await round.rest(0);
    },
  },

  /** A file fails when rollups and members have it: they are without it again. */
  derivedUnload: {
    points: { coordinator: ['end.members-settled', 'remove.rows-deleted', 'remove.members-settled'] },
    run: (round) => dropRefused(round, 'derived_rides'),
  },

  /** A version replaces the one before, of which rollups and members are rid in the same transaction. */
  derivedVersion: {
    points: { coordinator: ['remove.members-settled', 'finalise.staging-moved', 'end.members-settled'] },
    async run(round) {
      await round.drop('a.csv', round.ridesAt('11:00', 21, 60), 'derived_rides');
      await round.rest(1);
      round.arm();
      await round.drop('a.csv', round.ridesAt('12:00', 41, 60), 'derived_rides');
      await round.rest(1);
    },
  },

  history: {
    points: { coordinator: ['end.events-applied', 'end.rollups-applied', 'end.members-settled'] },
    run: (round) => dropTwo(round, 'history_rides', true),
  },

  historyUndo: {
    points: { command: ['remove.rows-deleted', 'remove.members-settled'] },
    async run(round) {
      await dropTwo(round, 'history_rides', false);
      round.arm();
      await round.insist('undo', await round.numberOf('a.csv'));
      await round.rest(0);
    },
  },

  /** A newer snapshot lands, then an older one. */
  snapshot: {
    points: {
      coordinator: ['end.snapshot-noted', 'end.events-applied', 'end.rollups-applied', 'finalise.committed'],
    },
    run: (round) => dropSnapshots(round, true),
  },

  /** The snapshot that is shown is undone, and the one before it is shown again. */
  snapshotUndo: {
    points: { command: ['remove.rows-deleted', 'remove.members-settled', 'undo.committed'] },
    async run(round) {
      await dropSnapshots(round, false);
      round.arm();
      await round.insist('undo', await round.numberOf(snapshotOf(round, '03')));
      await round.rest(0);
    },
  },
} as const satisfies Readonly<Record<string, Scenario>>;
