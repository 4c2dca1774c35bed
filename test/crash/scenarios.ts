/**
 * What is done at a site so that every crash point is passed, each point by the scenario that comes to it
 * first. Scenarios follow each other at the same site, each with rides and file names of its own.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { CrashPoint } from '../../platform/errors/crash-points.ts';
import { holdCommits } from '../e2e/lock.ts';
import { derivedScenarios } from './derived-scenarios.ts';
import { keyedScenarios } from './keyed-scenarios.ts';
import { pairedScenarios } from './paired-scenarios.ts';
import type { Death } from './round.ts';
import type { Scenario } from './scenario.ts';
import type { Victim } from './site.ts';
import { upkeepScenarios } from './upkeep-scenarios.ts';

/** Where a process may die while a file is planned again. */
const renewing = [
  'renew.ledger-written',
  'renew.facts-deleted',
  'renew.committed',
  'renew.lake-swept',
  'renew.swept',
] as const satisfies readonly CrashPoint[];

export const scenarios = {
  load: {
    points: {
      coordinator: [
        'discover.noted',
        'prepare.scan-begun',
        'prepare.scans-queued',
        'identify.first',
        'plan.written',
        'plan.queued',
        'finalise.begun',
        'finalise.accounted',
        'finalise.versions-settled',
        'end.snapshot-noted',
        'end.sinks-ended',
        'finalise.checked',
        'finalise.receipt-written',
        'finalise.committed',
        'finalise.swept',
        'away.chosen',
        'away.moved',
        'away.settled',
        'marts.refreshed',
        'marts.half-committed',
        'marts.committed',
      ],
      worker: [
        'scan.read',
        'scan.saved',
        'chunk.claimed',
        'chunk.read',
        'dimension.members-inserted',
        'dimension.hashed-inserted',
        'dimension.dates-inserted',
        'chunk.copying',
        'chunk.facts-copied',
        'lake.part-staged',
        'lake.parts-staged',
        'quarantine.staged',
        'chunk.written',
        'lake.part-published',
        'lake.parts-published',
        'quarantine.published',
        'chunk.committed',
      ],
    },
    async run(round) {
      round.arm();
      await round.drop('a.csv', round.rides(1, 60));
      await round.rest(1);
    },
  },

  /** Chunks of a file are joined with a reference table. */
  joined: {
    points: { coordinator: ['plan.references-kept'] },
    async run(round) {
      round.arm();
      await round.drop('a.csv', round.rides(1, 60), 'joined_rides');
      await round.rest(1);
    },
  },

  /** Two pages of a source. */
  fetch: {
    points: {
      coordinator: [
        'fetch.run-started',
        'fetch.page-staged',
        'fetch.page-placed',
        'fetch.page-written',
        'fetch.page-noted',
        'fetch.run-ended',
      ],
    },
    async run(round) {
      round.arm();
      await round.fetch(round.rides(1, 30), round.rides(31, 30));
      await round.rest(2);
    },
  },

  /** Many small files at once, of one chunk each. */
  group: {
    points: {
      coordinator: [
        'group.planned',
        'group.queued',
        'group.accounted',
        'group.done',
        'group.places-chosen',
        'group.moved',
      ],
      worker: ['group.claimed', 'group.parts-noted', 'group.written', 'group.published', 'group.committed'],
    },
    async run(round) {
      round.arm();
      const files = Array.from({ length: 8 }, (_, i) => [`${i}.csv`, round.rides(1 + 20 * i, 20)] as const);
      await Promise.all(files.map(([name, content]) => round.drop(name, content)));
      await round.rest(files.length);
    },
  },

  /** A file with rows that repeat a key, in it and in the star. */
  unique: {
    points: {
      worker: ['unique.keys-copied', 'unique.keys-noted', 'unique.repeats-found', 'unique.settled'],
    },
    async run(round) {
      round.arm();
      const again = round.rides(21, 20).replace(/^.*\n/, '');
      await round.drop('a.csv', round.rides(1, 60) + again, 'unique_rides');
      await round.rest(1);
      await round.drop('b.csv', round.rides(41, 40), 'unique_rides');
      await round.rest(1);
    },
  },

  /** A compressed file. */
  spool: {
    points: {
      worker: ['spool.chunk-written', 'spool.written', 'chunk.claimed', 'chunk.committed'],
      coordinator: ['spool.cleared'],
    },
    async run(round) {
      round.arm();
      await round.drop('a.csv.gz', gzipSync(round.rides(1, 60)));
      await round.rest(1);
    },
  },

  /** The same content again. */
  duplicate: {
    points: { coordinator: ['identify.duplicate'] },
    async run(round) {
      await round.drop('a.csv', round.rides(1, 60));
      await round.rest(1);
      round.arm();
      await round.drop('b.csv', round.rides(1, 60));
      await round.rest(1);
    },
  },

  /** Other content under the same name, which replaces the one before. */
  version: {
    points: { coordinator: ['plan.staging-made', 'finalise.staging-moved', 'staging.dropped'] },
    async run(round) {
      await round.drop('a.csv', round.rides(1, 60), 'versioned_rides');
      await round.rest(1);
      round.arm();
      await round.drop('a.csv', round.rides(41, 60), 'versioned_rides');
      await round.rest(1);
    },
  },

  /** The same in a dataset with the lake alone: where no rows are in the transaction, the ledger commits as ever. */
  lakeAlone: {
    points: {
      coordinator: ['finalise.versions-settled', 'finalise.receipt-written', 'undo.lake-swept'],
      worker: [
        'chunk.copying',
        'lake.parts-staged',
        'chunk.written',
        'lake.part-published',
        'quarantine.published',
        'chunk.committed',
      ],
    },
    async run(round) {
      await round.drop('a.csv', round.rides(1, 60), 'lake_rides');
      await round.rest(1);
      round.arm();
      await round.drop('a.csv', round.rides(41, 60), 'lake_rides');
      await round.rest(1);
    },
  },

  /** A file that fails when all of it is loaded. */
  unload: {
    points: {
      coordinator: [
        'fail.noted',
        'unload.ledger-written',
        'unload.facts-deleted',
        'unload.committed',
        'sweep.object-deleted',
        'unload.swept',
        'away.report-written',
        'unload.receipt-written',
      ],
    },
    async run(round) {
      await round.refuse(5);
      round.arm();
      await round.drop('a.csv', round.rides(1, 60));
      await round.rest(1);
    },
  },

  /** A file whose chunks are given up because it has too many rejects. */
  tooManyRejects: {
    points: { worker: ['chunk.failed'] },
    async run(round) {
      round.arm();
      await round.drop('a.csv', round.rides(1, 400), 'strict_rides');
      await round.rest(1);
    },
  },

  /** A chunk that fails each time. */
  hopeless: {
    points: { worker: ['chunk.abandon-queued'] },
    async run(round) {
      await round.drop('a.csv', round.rides(1, 60));
      await round.rest(1);
      // A broken constraint fails a chunk at once; what a trigger raises may pass, and is tried again.
      await round.site.pool.query(`
        create or replace function star.no_ride() returns trigger language plpgsql as $$ begin raise 'not today'; end $$;
        create trigger no_ride_${round.id(505)} before insert on star.fact_rides for each row
          when (new.id = ${round.id(505)}) execute function star.no_ride()`);
      round.arm();
      await round.drop('b.csv', round.rides(501, 20));
      await round.rest(1);
    },
  },

  undo: {
    points: {
      command: [
        'undo.ledger-written',
        'undo.facts-deleted',
        'undo.snapshot-noted',
        'undo.committed',
        'undo.lake-swept',
        'undo.swept',
      ],
    },
    async run(round) {
      for (const [name, first] of [
        ['a.csv', 1],
        ['b.csv', 101],
      ] as const) {
        await round.drop(name, round.rides(first, 60));
        await round.rest(1);
      }
      round.arm();
      await round.insist('undo', await round.numberOf('a.csv'));
      await round.rest(0);
    },
  },

  /** The objects of a file that is done and of one that failed are given up. */
  prune: {
    points: { command: ['prune.noted', 'prune.deleted'] },
    async run(round) {
      await round.drop('a.csv', round.rides(1, 3));
      await round.rest(1);
      await round.drop('b.csv', round.rides(101, 60), 'strict_rides');
      await round.rest(1);
      round.arm();
      await round.insist('prune', '--older-than', '0h', '--only', 'archive', 'failed');
      await round.rest(0);
    },
  },

  /** Rejects are tried again with a definition that reads some of them. */
  replay: {
    points: {
      command: ['replay.exported', 'replay.noted', 'plan.rejects-taken', 'finalise.rejects-returned'],
    },
    async run(round) {
      const { site } = round;
      await round.drop('a.csv', round.rides(1, 60), 'replayed_rides');
      await round.rest(1);
      site.define('replayed_rides', { formats: ['yyyy-MM-dd HH:mm:ss', 'dd.MM.yyyy'] });
      round.arm();
      await round.insist('replay', await round.numberOf('a.csv'));
      site.define('replayed_rides');
      await round.rest(1);
    },
  },

  /** The definition changes while half of a file is loaded, and no worker has the one of before any more. */
  renew: {
    points: { coordinator: renewing },
    async run(round) {
      const { site } = round;
      const lock = await holdCommits(site, 'later');
      await round.drop('a.csv', round.rides(1, 200), 'renewed_rides');
      await lock.waitedFor();
      const before = await round.loading('a.csv');
      round.arm();
      round.redefine();
      await site.kill('worker');
      await lock.release();
      await round.rest(1);
      const after = await round.loading('a.csv');
      expect(after.file_id).toBeGreaterThan(before.file_id);
      expect(after.definition_version).not.toBe(before.definition_version);
    },
  },

  /** The definition changes while corrected rows are loaded, which have taken rejects over. */
  renewCorrected: {
    points: { coordinator: renewing },
    async run(round) {
      const { site } = round;
      await round.drop('a.csv', round.rides(1, 60), 'renewed_rides');
      await round.rest(1);
      const out = site.write(round.named('rejects.csv'), 'to be written over');
      const exported = await site.command(['rejects', round.named('a.csv'), '--export', out]);
      expect(exported.code, exported.output).toBe(0);
      const lock = await holdCommits(site, 'all');
      // Four rows, one chunk: how long a row is depends on the number of its file, which differs between sites.
      const [header, ...lines] = readFileSync(out, 'utf8').split('\n');
      const corrected = lines.filter((line) => line.endsWith(',never')).slice(0, 4);
      const content = [header, ...corrected].join('\n').replaceAll(',never', ',2024-01-01 10:00:00');
      await round.drop('b.csv', `${content}\n`, 'renewed_rides');
      await lock.waitedFor();
      const before = await round.loading('b.csv');
      round.arm();
      round.redefine();
      await site.kill('worker');
      await lock.release();
      await round.rest(1);
      const after = await round.loading('b.csv');
      expect(after.file_id).toBeGreaterThan(before.file_id);
      expect(after.definition_version).not.toBe(before.definition_version);
    },
  },

  /** A file that failed is loaded from where it lies, when what was wrong is corrected. */
  reload: {
    points: { command: ['away.report-dropped'] },
    async run(round) {
      const { site } = round;
      await round.refuse(5);
      await round.drop('a.csv', round.rides(1, 60));
      await round.rest(1);
      await site.pool.query('delete from public.refused');
      round.arm();
      await site.command(['replay', round.named('a.csv')]);
      await round.rest(1);
    },
  },

  ingest: {
    points: { command: ['ingest.noted'] },
    async run(round) {
      const path = round.site.write(round.named('a.csv'), round.rides(1, 60));
      round.arm();
      await round.insist('ingest', path, '--dataset', 'rides');
      await round.rest(1);
    },
  },

  /** A command dies, and who clears up after it dies too. */
  reap: {
    points: { coordinator: ['reap.queues-removed', 'reap.file-failed', 'reap.forgotten'] },
    async run(round) {
      const { site } = round;
      const ingest = ['ingest', site.write(round.named('a.csv'), round.rides(1, 60)), '--dataset', 'rides'];
      site.arm('command', 'plan.queued');
      expect(await site.command(ingest)).toMatchObject({ signal: 'SIGKILL' });
      round.arm();
      await round.rest(0);
      expect(await site.command(ingest)).toMatchObject({ code: 0 });
      await round.rest(1);
    },
  },

  /** More rejects in a chunk than memory keeps. */
  spill: {
    points: { worker: ['chunk.rejects-spilled'] },
    settings: 'largeChunks',
    async run(round) {
      round.arm();
      const bad = Array.from({ length: 2_500 }, (_, i) => `${round.id(i)},Rider 1,never\n`).join('');
      await round.drop('a.csv', round.rides(1, 20) + bad);
      await round.rest(1);
    },
  },

  /** A compressed file that breaks off, behind what the coordinator looks at. */
  broken: {
    points: { worker: ['scan.refused'] },
    settings: 'largeChunks',
    async run(round) {
      round.arm();
      const whole = gzipSync(round.rides(1, 60_000));
      await round.drop('a.csv.gz', whole.subarray(0, Math.floor(whole.length * 0.9)));
      await round.rest(1);
    },
  },

  /** Landing, lake and archive in a bucket, where nothing can be renamed. */
  bucket: {
    points: { coordinator: ['move.copied'], worker: ['move.copied'] },
    settings: 'bucket',
    async run(round) {
      round.arm();
      await round.drop('a.csv', round.rides(1, 60));
      await round.rest(1);
    },
  },
  ...keyedScenarios,
  ...derivedScenarios,
  ...pairedScenarios,
  ...upkeepScenarios,
} as const satisfies Readonly<Record<string, Scenario>>;

/** Every point with the scenario that comes to it and the one who dies there. */
export const deaths: readonly (Death & { readonly scenario: Scenario })[] = Object.values(scenarios).flatMap(
  (scenario: Scenario) =>
    Object.entries(scenario.points).flatMap(([victim, points]) =>
      points.map((point) => ({ scenario, victim: victim as Victim, point })),
    ),
);
