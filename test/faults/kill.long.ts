/** A worker killed with -9 in the middle of a file: the run ends by itself, with every row once. */
import { afterEach, expect, it } from 'vitest';
import { holdLock } from '../e2e/lock.ts';
import { committedParts, generatedTrips, onBothBackends, type TestSite, testSite } from '../e2e/site.ts';
import { tempFolder } from '../support/index.ts';

const rows = 1_000_000;

onBothBackends('kill -9 of a worker', (backend) => {
  let site: TestSite | undefined;
  afterEach(() => site?.close());

  it('ends with exactly the rows of the file', { timeout: 300_000 }, async () => {
    site = await testSite({ backend, workers: 2, chunkBytes: 32 << 20 });
    const open = site;
    // A chunk may be loaded faster than a worker tells of it: none ends before one was killed.
    const lock = await holdLock(site, 'lock table landfall.part in share mode');
    const killed = new Promise<number>((resolve) => {
      let stop: (() => void) | undefined;
      stop = open.hub.subscribe((message) => {
        const workers = message.type === 'snapshot' ? message.state.workers : (message.workers ?? []);
        // A worker that is in the middle of a chunk: it has read some of it and has not committed it.
        const busy = workers.find(({ slots }) => slots.some((slot) => slot.rows > 0));
        if (!busy) return;
        setImmediate(() => stop?.());
        process.kill(busy.pid, 'SIGKILL');
        resolve(busy.pid);
      });
    });
    const dropped = site.drop('trips', await generatedTrips(tempFolder(), 'trips.csv', rows));
    const victim = await killed;
    await lock.release();
    const receipt = await dropped;

    expect(site.pool!.pids()).not.toContain(victim);
    expect(receipt.status).toBe('done');
    expect(receipt.rows).toEqual({ parsed: rows, loaded: rows, rejected: 0, deduplicated: 0 });
    const [star] = await site.query<{ rows: number; twice: number }>(
      `select count(*)::int as rows, (count(*) - count(distinct (chunk_id, t)))::int as twice
       from (select chunk_id, row_number() over (partition by chunk_id) as t from star.fact_trip) as numbered`,
    );
    expect(star).toEqual({ rows, twice: 0 });
    const [ledger] = await site.query<{ rows: number; claims: number }>(
      'select sum(rows_loaded)::int as rows, max(fencing_token) as claims from landfall.chunk',
    );
    expect(ledger.rows).toBe(rows);
    // The victim's chunk was claimed a second time: the kill did hit work in flight.
    expect(ledger.claims).toBeGreaterThan(1);
    expect((await committedParts(site, 'trips')).length).toBe(receipt.parts);
  });
});
