/** Scenarios of datasets that show one event of each key. */
import type { Round } from './round.ts';
import type { Scenario } from './scenario.ts';

/** A file of rides, and another one of the same riders and days that fails its data check. */
export async function dropRefused(round: Round, dataset: 'keyed_rides' | 'derived_rides'): Promise<void> {
  await round.drop('a.csv', round.rides(1, 60), dataset);
  await round.rest(1);
  await round.refuse(65);
  round.arm();
  await round.drop('b.csv', round.ridesAt('11:00', 41, 60), dataset);
  await round.rest(1);
}

/** Two files of rides; the second has later events of some. */
async function dropTwo(round: Round): Promise<void> {
  await round.drop('a.csv', round.rides(1, 60), 'keyed_rides');
  await round.rest(1);
  await round.drop('b.csv', round.ridesAt('11:00', 21, 60), 'keyed_rides');
  await round.rest(1);
}

export const snapshotOf = (round: Round, month: string) => `${2000 + round.number}-${month}-01.csv`;

export const keyedScenarios = {
  /** Events of ids that another file has events of, later ones and earlier ones. */
  keyed: {
    points: {
      coordinator: [
        'plan.staging-made',
        'plan.written',
        'end.snapshot-noted',
        'end.events-applied',
        'end.rollups-applied',
        'end.sinks-ended',
        'finalise.receipt-written',
        'finalise.committed',
        'staging.dropped',
        'marts.committed',
      ],
      worker: ['chunk.copying', 'chunk.facts-copied', 'chunk.written', 'chunk.committed'],
    },
    async run(round) {
      await round.drop('a.csv', round.rides(1, 60), 'keyed_rides');
      await round.rest(1);
      round.arm();
      await round.drop('b.csv', round.ridesAt('11:00', 41, 60) + round.rowsAt('09:00', 1, 20), 'keyed_rides');
      await round.rest(1);
    },
  },

  /** The same in many small files at once, all with the same ids. */
  keyedGroup: {
    points: {
      coordinator: ['group.planned', 'group.accounted', 'end.events-applied', 'group.done'],
      worker: ['group.claimed', 'group.written', 'group.published', 'group.committed'],
    },
    async run(round) {
      round.arm();
      const hours = ['08', '09', '10', '11', '12', '13', '14', '15'];
      const files = hours.map((hour, i) => [`${i}.csv`, round.ridesAt(`${hour}:00`, 1, 15)] as const);
      await Promise.all(files.map(([name, content]) => round.drop(name, content, 'keyed_rides')));
      await round.rest(files.length);
    },
  },

  /** A version of a file replaces the one before, whose events were current. */
  keyedVersion: {
    points: {
      coordinator: [
        'undo.ledger-written',
        'undo.facts-deleted',
        'finalise.versions-settled',
        'end.events-applied',
        'finalise.committed',
      ],
    },
    async run(round) {
      await round.drop('other.csv', round.rides(1, 60), 'keyed_rides');
      await round.rest(1);
      await round.drop('a.csv', round.ridesAt('11:00', 21, 60), 'keyed_rides');
      await round.rest(1);
      round.arm();
      await round.drop('a.csv', round.ridesAt('12:00', 41, 60), 'keyed_rides');
      await round.rest(1);
    },
  },

  /** Events that were superseded are current again. */
  keyedUndo: {
    points: {
      command: ['undo.ledger-written', 'undo.facts-deleted', 'undo.snapshot-noted', 'undo.committed'],
    },
    async run(round) {
      await dropTwo(round);
      round.arm();
      await round.insist('undo', await round.numberOf('b.csv'));
      await round.rest(0);
    },
  },

  /** A file fails when its events are applied: they were shown to no one. */
  keyedUnload: {
    points: {
      coordinator: [
        'end.events-applied',
        'fail.noted',
        'unload.ledger-written',
        'unload.facts-deleted',
        'unload.committed',
      ],
    },
    run: (round) => dropRefused(round, 'keyed_rides'),
  },

  /** The star is built again beside the one that people read. */
  rebuild: {
    points: {
      command: [
        'rebuild.tables-made',
        'rebuild.file-built',
        'rebuild.caught-up',
        'rebuild.marts-built',
        'rebuild.adopted',
        'rebuild.committed',
      ],
    },
    async run(round) {
      await dropTwo(round);
      round.arm();
      await round.insist('rebuild', 'keyed_rides');
      await round.rest(0);
    },
  },

  /** A snapshot lacks many rides, and a person says that they are gone. */
  accept: {
    points: { command: ['accept.noted', 'end.events-applied'] },
    async run(round) {
      const [before, after] = [snapshotOf(round, '01'), snapshotOf(round, '02')];
      await round.drop(before, round.rides(1, 60), 'snapshot_rides');
      await round.rest(1);
      await round.drop(after, round.rides(1, 20), 'snapshot_rides');
      await round.rest(1);
      round.arm();
      await round.insist('accept', await round.numberOf(after));
      await round.rest(1);
    },
  },
} as const satisfies Readonly<Record<string, Scenario>>;
