/** Scenarios of files that are loaded into two datasets in one moment: rides, and the legs in each. */
import { expect } from 'vitest';
import type { Round } from './round.ts';
import type { Scenario } from './scenario.ts';

/** Ids of second legs are so far from those of their rides. */
const secondLegs = 500;

/** Rides as lines of JSON, each with one leg or two. */
function withLegs(rides: string): string {
  const [, ...lines] = rides.trimEnd().split('\n');
  const records = lines.map((line) => {
    const [id, rider, at] = line.split(',');
    const leg = { id: Number(id), rider, at };
    const legs = Number(id) % 2 === 0 ? [leg, { ...leg, id: Number(id) + secondLegs }] : [leg];
    return JSON.stringify({ ...leg, legs });
  });
  return `${records.join('\n')}\n`;
}

/** Drops a file and waits until it and its child have ended: at no moment is one done and the other not. */
async function drop(round: Round, name: string, rides: string): Promise<void> {
  await round.drop(name, withLegs(rides), 'paired_rides');
  await together(round, () => round.rest(2));
}

async function together(round: Round, work: () => Promise<void>): Promise<void> {
  let over = false;
  const watching = (async () => {
    while (!over) {
      const { rows } = await round.site.pool.query(
        `select p.file_id, p.state, c.state as child from landfall.file p join landfall.file c on c.parent_id = p.file_id
         where (p.state = 'done') <> (c.state = 'done')`,
      );
      expect(rows).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  watching.catch(() => {});
  try {
    await work();
  } finally {
    over = true;
  }
  await watching;
}

export const pairedScenarios = {
  paired: {
    points: {
      coordinator: [
        'plan.child-added',
        'plan.written',
        'plan.queued',
        'finalise.begun',
        'finalise.accounted',
        'finalise.versions-settled',
        'end.snapshot-noted',
        'end.events-applied',
        'end.rollups-applied',
        'end.members-settled',
        'end.sinks-ended',
        'finalise.one-ended',
        'finalise.checked',
        'finalise.receipt-written',
        'finalise.committed',
        'finalise.swept',
        'away.moved',
        'away.settled',
        'marts.committed',
      ],
      worker: ['chunk.claimed', 'chunk.written', 'chunk.committed'],
    },
    async run(round) {
      round.arm();
      await drop(round, 'a.ndjson', round.rides(1, 60));
    },
  },

  /** A version replaces the one before in both. */
  pairedVersion: {
    points: { coordinator: ['undo.ledger-written', 'undo.facts-deleted', 'finalise.one-ended'] },
    async run(round) {
      await drop(round, 'a.ndjson', round.rides(1, 60));
      round.arm();
      await drop(round, 'a.ndjson', round.ridesAt('11:00', 41, 60));
    },
  },

  pairedUndo: {
    points: {
      command: [
        'undo.ledger-written',
        'undo.facts-deleted',
        'undo.snapshot-noted',
        'undo.committed',
        'undo.lake-swept',
      ],
    },
    async run(round) {
      await drop(round, 'a.ndjson', round.rides(1, 60));
      await drop(round, 'b.ndjson', round.ridesAt('11:00', 41, 60));
      round.arm();
      await together(round, async () => {
        await round.insist('undo', await round.numberOf('b.ndjson'));
        await round.rest(0);
      });
    },
  },

  /** The child does not pass its data check when all of both is loaded. */
  pairedUnload: {
    points: {
      coordinator: [
        'fail.noted',
        'unload.ledger-written',
        'unload.facts-deleted',
        'unload.committed',
        'unload.swept',
        'away.report-written',
        'unload.receipt-written',
      ],
    },
    async run(round) {
      await drop(round, 'a.ndjson', round.rides(1, 60));
      await round.refuse(secondLegs + 70);
      round.arm();
      await drop(round, 'b.ndjson', round.ridesAt('11:00', 41, 60));
    },
  },
} as const satisfies Readonly<Record<string, Scenario>>;
