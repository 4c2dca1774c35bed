/**
 * What is done at a site so that every crash point is passed, each point by the scenario that comes to it
 * first. A scenario brings the site to rest; with a point, somebody dies there on the way.
 */
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { CrashPoint } from '../../platform/crash-points.ts';
import { rides } from './dataset.ts';
import type { CrashSite, Role } from './site.ts';

/** Who dies: a process of the pool, or a command. */
export type Victim = Role | 'command';

export interface Death {
  readonly victim: Victim;
  readonly point: CrashPoint;
}

export interface Scenario {
  readonly settings?: Readonly<Record<string, string>>;
  readonly points: Partial<Record<Victim, readonly CrashPoint[]>>;
  /** How much is done before the file is given up is another each time. */
  readonly givenUp?: boolean;
  /** `death`: none in the run that the others are compared with. */
  run(site: CrashSite, death?: Death): Promise<void>;
}

/** The pool's two processes. */
function pool(site: CrashSite, death?: Death): void {
  for (const role of ['coordinator', 'worker'] as const)
    site.supervise(role, death?.victim === role ? death.point : undefined);
}

/** Somebody has died, where somebody was to, and everything has come to rest. */
async function rest(site: CrashSite, files: number, death?: Death): Promise<void> {
  if (death !== undefined) await site.died(death.point);
  await site.settled(files);
}

/** A command that dies is called again; first, whoever is there has cleared up after it. */
async function insist(site: CrashSite, args: readonly string[], death?: Death): Promise<void> {
  if (death !== undefined) {
    expect(await site.command(args, death.point)).toMatchObject({ signal: 'SIGKILL' });
    await rest(site, 0, death);
  }
  const { code, output } = await site.command(args);
  expect(code, output).toBe(0);
}

const refuse = (id: number) => `insert into public.refused values (${id})`;

export const scenarios = {
  load: {
    points: {
      coordinator: [
        'discover.noted',
        'prepare.survey-begun',
        'prepare.surveys-queued',
        'identify.first',
        'plan.written',
        'plan.queued',
        'finalise.begun',
        'finalise.accounted',
        'finalise.versions-settled',
        'finalise.checked',
        'finalise.receipt-written',
        'finalise.committed',
        'finalise.swept',
        'away.chosen',
        'away.moved',
        'away.settled',
        'marts.refreshed',
        'marts.committed',
      ],
      worker: [
        'survey.read',
        'survey.saved',
        'chunk.claimed',
        'chunk.read',
        'dimension.members-inserted',
        'dimension.dates-inserted',
        'chunk.copying',
        'chunk.facts-copied',
        'lake.part-aside',
        'lake.parts-aside',
        'quarantine.aside',
        'chunk.written',
        'lake.part-published',
        'lake.parts-published',
        'quarantine.published',
        'chunk.committed',
      ],
    },
    async run(site, death) {
      pool(site, death);
      site.drop('a.csv', rides(1, 60));
      await rest(site, 1, death);
    },
  },

  /** A file with rows that repeat a key, in it and in the star. */
  unique: {
    points: {
      worker: ['unique.keys-copied', 'unique.keys-noted', 'unique.repeats-found', 'unique.settled'],
    },
    async run(site, death) {
      site.define({ unique: true });
      pool(site, death);
      site.drop('a.csv', rides(1, 60) + rides(21, 20).replace(/^.*\n/, ''));
      await rest(site, 1, death);
      site.drop('b.csv', rides(41, 40));
      await site.settled(2);
    },
  },

  /** A compressed file. */
  spool: {
    points: { worker: ['spool.chunk-written', 'spool.written'], coordinator: ['spool.cleared'] },
    async run(site, death) {
      pool(site, death);
      site.drop('a.csv.gz', gzipSync(rides(1, 60)));
      await rest(site, 1, death);
    },
  },

  /** A compressed file that breaks off. */
  broken: {
    settings: { LANDFALL_CHUNK_BYTES: String(1 << 20) },
    points: { worker: ['survey.refused'] },
    async run(site, death) {
      pool(site, death);
      const whole = gzipSync(rides(1, 100_000));
      site.drop('a.csv.gz', whole.subarray(0, Math.floor(whole.length * 0.9)));
      await rest(site, 1, death);
    },
  },

  /** The same content again. */
  duplicate: {
    points: { coordinator: ['identify.duplicate'] },
    async run(site, death) {
      pool(site, death);
      site.drop('a.csv', rides(1, 20));
      await site.settled(1);
      site.drop('b.csv', rides(1, 20));
      await rest(site, 2, death);
    },
  },

  /** Other content under the same name, which replaces the one before. */
  version: {
    points: { coordinator: ['plan.incoming-made', 'finalise.incoming-moved', 'incoming.dropped'] },
    async run(site, death) {
      site.define({ versions: 'replace' });
      pool(site, death);
      site.drop('a.csv', rides(1, 20));
      await site.settled(1);
      site.drop('a.csv', rides(11, 60));
      await rest(site, 2, death);
    },
  },

  /** A file that fails when all of it is loaded. */
  unload: {
    points: {
      coordinator: [
        'unload.ledger-written',
        'unload.facts-deleted',
        'unload.committed',
        'sweep.object-deleted',
        'unload.swept',
        'away.report-written',
        'unload.receipt-written',
      ],
    },
    async run(site, death) {
      await site.pool.query(refuse(5));
      pool(site, death);
      site.drop('a.csv', rides(1, 60));
      await rest(site, 1, death);
    },
  },

  /** A file whose chunks are given up because it has too many rejects. */
  tooManyRejects: {
    points: { worker: ['chunk.failed'] },
    givenUp: true,
    async run(site, death) {
      site.define({ rejects: { count: 2 } });
      pool(site, death);
      site.drop('a.csv', rides(1, 400));
      await rest(site, 1, death);
    },
  },

  /** A chunk that fails each time. */
  hopeless: {
    points: { worker: ['chunk.abandon-queued'] },
    async run(site, death) {
      pool(site, death);
      site.drop('a.csv', rides(1, 20));
      await site.settled(1);
      await site.pool.query('alter table star.fact_crossing add check (id <> 505)');
      site.drop('b.csv', rides(501, 20));
      await rest(site, 2, death);
    },
  },

  /** More rejects in a chunk than memory keeps. */
  spill: {
    settings: { LANDFALL_CHUNK_BYTES: String(1 << 20) },
    points: { worker: ['chunk.rejects-spilled'] },
    async run(site, death) {
      pool(site, death);
      const bad = Array.from({ length: 2_500 }, (_, i) => `${1000 + i},Rider 1,never\n`).join('');
      site.drop('a.csv', rides(1, 20) + bad);
      await rest(site, 1, death);
    },
  },

  undo: {
    points: {
      command: [
        'undo.ledger-written',
        'undo.facts-deleted',
        'undo.committed',
        'undo.lake-swept',
        'undo.swept',
      ],
    },
    async run(site, death) {
      pool(site);
      site.drop('a.csv', rides(1, 60));
      site.drop('b.csv', rides(101, 20));
      await site.settled(2);
      await insist(site, ['undo', await numberOf(site, 'a.csv')], death);
      await site.settled(2);
    },
  },

  /** Rejects are tried again with a definition that reads some of them. */
  replay: {
    points: {
      command: ['replay.exported', 'replay.noted', 'plan.rejects-taken', 'finalise.rejects-returned'],
    },
    async run(site, death) {
      pool(site);
      site.drop('a.csv', rides(1, 60));
      await site.settled(1);
      site.define({ formats: ['yyyy-MM-dd HH:mm:ss', 'dd.MM.yyyy'] });
      await insist(site, ['replay', await numberOf(site, 'a.csv')], death);
      await site.settled(2);
    },
  },

  /** A file that failed is loaded from where it lies, when what was wrong is mended. */
  reload: {
    points: { command: ['away.report-dropped'] },
    async run(site, death) {
      await site.pool.query(refuse(5));
      pool(site);
      site.drop('a.csv', rides(1, 20));
      await site.settled(1);
      await site.pool.query('delete from public.refused');
      const { signal } = await site.command(['replay', 'a.csv'], death?.point);
      expect(signal).toBe(death ? 'SIGKILL' : null);
      await rest(site, 2, death);
    },
  },

  ingest: {
    points: { command: ['ingest.noted'] },
    async run(site, death) {
      pool(site);
      const path = site.drop('a.csv', rides(1, 60), { aside: true });
      await insist(site, ['ingest', path, '--dataset', 'rides'], death);
      await site.settled(1);
    },
  },

  /** A command dies, and who clears up after it dies too. */
  bury: {
    points: { coordinator: ['bury.queues-removed', 'bury.file-failed', 'bury.forgotten'] },
    async run(site, death) {
      const path = site.drop('a.csv', rides(1, 60), { aside: true });
      const ingest = ['ingest', path, '--dataset', 'rides'];
      expect(await site.command(ingest, 'plan.queued')).toMatchObject({ signal: 'SIGKILL' });
      pool(site, death);
      await rest(site, 1, death);
      expect(await site.command(ingest)).toMatchObject({ code: 0 });
      await site.settled(2);
    },
  },
} as const satisfies Readonly<Record<string, Scenario>>;

async function numberOf(site: CrashSite, name: string): Promise<string> {
  const { rows } = await site.pool.query('select file_id from landfall.file where name = $1', [name]);
  return String(rows[0].file_id);
}

/** Every point with the scenario that comes to it and the one who dies there. */
export const deaths: readonly (Death & { readonly scenario: Scenario })[] = Object.values(scenarios).flatMap(
  (scenario: Scenario) =>
    Object.entries(scenario.points).flatMap(([victim, points]) =>
      points.map((point) => ({ scenario, victim: victim as Victim, point })),
    ),
);
