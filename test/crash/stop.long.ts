/**
 * SIGTERM while there is work in flight: it is finished, or given back when the deadline passes; what is
 * started next goes on, and every row is there once.
 */
import { afterEach, expect, it } from 'vitest';
import { holdLock } from '../e2e/lock.ts';
import { account } from './account.ts';
import { rides } from './dataset.ts';
import { type CrashSite, crashSite } from './site.ts';
import { onQueues } from './turn.ts';

const commits = 'lock table landfall.part in share mode';
const plans = 'lock table landfall.chunk in share mode';
/** What the data check asks. */
const ends = 'lock table public.refused in access exclusive mode';

/** What chunks have loaded, how many have not, and how many of those were begun. */
const chunksBy = `select coalesce(sum(rows_loaded) filter (where state = 'committed'), 0)::int as loaded,
    count(*) filter (where state = 'planned')::int as planned,
    count(*) filter (where state = 'planned' and fencing_token > 0)::int as begun
  from landfall.chunk`;

/** Rows of a file that takes a worker long enough to be met at it. */
const many = 300_000;

onQueues('told to stop', (backend) => {
  let site: CrashSite | undefined;
  afterEach(() => site?.close());
  const open = async (settings: Readonly<Record<string, string>> = {}) => {
    site = await crashSite(backend, settings);
    return site;
  };

  /** A file has landed whose loading waits at a step, until the lock is released. */
  const heldAt = async (step: string) => {
    const lock = await holdLock(site!, step);
    await site!.drop('a.csv', rides(1, 60));
    await lock.waitedFor();
    return lock;
  };

  it('a worker finishes what it has in flight', { timeout: 120_000 }, async () => {
    const { supervise, start, settled, pool } = await open({ LANDFALL_STOP_MS: '60000' });
    supervise('coordinator');
    const worker = start('worker');
    const lock = await heldAt(commits);
    worker.signal('SIGTERM');
    await lock.release();
    expect(await worker.ended).toMatchObject({ code: 0, signal: null });
    const { rows } = await pool.query(
      `select count(*)::int as begun, max(fencing_token) as claims from landfall.chunk where fencing_token > 0 and state <> 'committed'`,
    );
    expect(rows).toEqual([{ begun: 0, claims: null }]);
    supervise('worker');
    await settled(1);
    expect(await claims()).toBe(1);
    await expectOnce(60);
  });

  it('a worker gives back what it cannot finish in time', { timeout: 120_000 }, async () => {
    const { supervise, start, settled, drop, pool, queues } = await open({
      LANDFALL_STOP_MS: '0',
      LANDFALL_CHUNK_BYTES: String(64 << 20),
      LANDFALL_LOCK_MS: '60000',
    });
    supervise('coordinator');
    const worker = start('worker');
    await drop('a.csv', rides(1, many));
    const begun = `select from landfall.chunk where fencing_token > 0`;
    while ((await pool.query(begun)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    worker.signal('SIGTERM');
    const { code, output } = await worker.ended;
    expect(code, output).toBe(0);
    const [given] = (await pool.query(chunksBy)).rows;
    expect(given.begun).toBeGreaterThan(0);
    expect(await loadedRows()).toBe(given.loaded);
    // Nobody has to wait for the lock of the job, which would take a minute.
    expect((await queues.counts()).work).toMatchObject({ waiting: given.planned, active: 0 });
    supervise('worker');
    await settled(1);
    expect(await claims()).toBe(2);
    await expectOnce(many);
  });

  it('a worker that cannot even give back in time says so', { timeout: 120_000 }, async () => {
    const { supervise, start, settled } = await open({ LANDFALL_STOP_MS: '0' });
    supervise('coordinator');
    const worker = start('worker');
    const lock = await heldAt(commits);
    worker.signal('SIGTERM');
    const { code, output } = await worker.ended;
    expect(code).toBe(1);
    expect(output).toMatch(/"waitsFor":"jobs in flight","msg":"could not close in time"/);
    await lock.release();
    supervise('worker');
    await settled(1);
    await expectOnce(60);
  });

  it.each([
    ['plans', plans],
    ['ends', ends],
  ])('a coordinator that %s a file finishes the step', { timeout: 120_000 }, async (_, step) => {
    const { supervise, start, settled } = await open({ LANDFALL_STOP_MS: '60000' });
    const coordinator = start('coordinator');
    supervise('worker');
    const lock = await heldAt(step);
    coordinator.signal('SIGTERM');
    await lock.release();
    expect(await coordinator.ended).toMatchObject({ code: 0, signal: null });
    supervise('coordinator');
    await settled(1);
    await expectOnce(60);
  });

  it('a coordinator that cannot finish in time ends all the same', { timeout: 120_000 }, async () => {
    const { supervise, start, settled } = await open({ LANDFALL_STOP_MS: '0' });
    const coordinator = start('coordinator');
    supervise('worker');
    const lock = await heldAt(plans);
    coordinator.signal('SIGTERM');
    expect(await coordinator.ended).toMatchObject({ code: 1, signal: null });
    await lock.release();
    supervise('coordinator');
    await settled(1);
    await expectOnce(60);
  });

  it('`landfall up` stops with its workers, and goes on when it is started again', {
    timeout: 120_000,
  }, async () => {
    const { start, settled } = await open({ LANDFALL_STOP_MS: '60000' });
    const up = start('up');
    const lock = await heldAt(commits);
    up.signal('SIGTERM');
    await lock.release();
    expect(await up.ended).toMatchObject({ code: 0, signal: null });
    await expectNobody();
    start('up');
    await settled(1);
    expect(await claims()).toBe(1);
    await expectOnce(60);
  });

  it('a second time, `landfall up` ends at once, and its workers with it', { timeout: 120_000 }, async () => {
    const { start, settled } = await open({ LANDFALL_STOP_MS: '60000' });
    const up = start('up');
    const lock = await heldAt(commits);
    up.signal('SIGTERM');
    await up.says('Stopping');
    up.signal('SIGINT');
    expect(await up.ended).toMatchObject({ code: 130, signal: null });
    await lock.release();
    await expectNobody();
    start('up');
    await settled(1);
    await expectOnce(60);
  });

  const claims = async () =>
    (await site!.pool.query('select max(fencing_token) as claims from landfall.chunk')).rows[0].claims;
  const loadedRows = async () =>
    (await site!.pool.query('select count(*)::int as n from star.fact_rides')).rows[0].n;

  /** All rows of the file, each once, in star and lake. */
  const expectOnce = async (rows: number) => {
    const loaded = (rows * 4) / 5;
    const { stars, lake, files } = await account(site!);
    expect(stars[0]!.inAll).toEqual([{ rides: loaded, ids: loaded }]);
    expect(lake).toEqual({ rows: loaded, faults: [] });
    expect(files).toMatchObject([{ state: 'done', rows: [loaded, rows - loaded] }]);
  };

  /** No process of Landfall holds a connection any more. */
  const expectNobody = () =>
    until(
      site!.pool,
      `select where not exists (select from pg_stat_activity
         where datname = current_database() and application_name like 'landfall%' and application_name <> 'landfall queue')`,
    );
});

async function until(pool: CrashSite['pool'], question: string): Promise<void> {
  while ((await pool.query(question)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}
