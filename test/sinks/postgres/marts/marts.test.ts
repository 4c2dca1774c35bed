import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { failingMarts } from '../../../../ledger/tables/marts.ts';
import { compileDataset } from '../../../../model/compile/compile.ts';
import type { CompiledDataset } from '../../../../model/compiled.ts';
import { bigint, defineDataset, table } from '../../../../model/index.ts';
import { waitOut } from '../../../../platform/errors/wait-out.ts';
import { Marts } from '../../../../sinks/postgres/marts/marts.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

/** Its mart counts how often it was made. */
const dataset = compileDataset(
  defineDataset({
    name: 'counted',
    columns: { id: bigint({ required: true }) },
    star: { fact: 'fact_counted', columns: ['id'] },
    marts: { refreshes: table(`select nextval('star.refreshed') as refreshes`) },
  }),
);

/** The same mart, which may be old. */
function stale(maxStaleMs: number): CompiledDataset {
  return { ...dataset, marts: dataset.marts.map((mart) => ({ ...mart, maxStaleMs })) };
}

let database: TestDatabase;
let marts: Marts;
let busy: boolean;
let errors: unknown[];

function open(waitMs: number): Marts {
  const onError = (error: unknown) => void errors.push(error);
  const through = <T>(_: string, step: () => Promise<T>) =>
    waitOut(step, { outageTimeoutMs: 60_000, pausesMs: [10, 20] });
  return new Marts({ pool: database.pool, isBusy: () => busy, through, onError, waitMs });
}

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.pool.query(`
    delete from landfall.mart; drop schema if exists star cascade; create schema star; create sequence star.refreshed;
    create materialized view star.refreshes as select nextval('star.refreshed') as refreshes with no data`);
  busy = true;
  errors = [];
  marts = open(100);
});

const refreshes = async () =>
  Number((await database.pool.query('select refreshes from star.refreshes')).rows[0].refreshes);

describe('Marts', () => {
  it('refreshes once for many files that are done while others are in flight', async () => {
    const waiting = Array.from({ length: 50 }, () => marts.request(dataset));
    busy = false;
    waiting.push(marts.request(dataset));
    await Promise.all(waiting);
    expect(await refreshes()).toBe(1);
  });

  it('keeps up while files keep coming', async () => {
    await marts.request(dataset);
    expect(await refreshes()).toBe(1);
    await marts.request(dataset);
    expect(await refreshes()).toBe(2);
  });

  it('begins another refresh for a file that is done while one runs', async () => {
    busy = false;
    await Promise.all([marts.request(dataset), marts.request(dataset)]);
    expect(await refreshes()).toBe(2);
  });

  it('does not wait for a file that failed', async () => {
    const waits = open(3_600_000);
    const refreshed = waits.request(dataset);
    busy = false;
    waits.nudge(dataset.name);
    await refreshed;
    expect(await refreshes()).toBe(1);
  });

  it('refreshes what still waits when it is closed', async () => {
    const waits = open(3_600_000);
    void waits.request(dataset);
    await waits.close();
    expect(await refreshes()).toBe(1);
  });

  it('does not wait for a mart that may be old, and refreshes it when it is', async () => {
    busy = false;
    await marts.request(stale(1_000));
    expect(await refreshes()).toBe(1);
    await Promise.all(Array.from({ length: 20 }, () => marts.request(stale(1_000))));
    expect(await refreshes()).toBe(1);
    await vi.waitFor(async () => expect(await refreshes()).toBe(2), { timeout: 10_000 });
  });

  it('knows from the ledger how old a mart is that another process has refreshed', async () => {
    busy = false;
    await open(100).request(stale(3_600_000));
    await marts.request(stale(3_600_000));
    expect(await refreshes()).toBe(1);
  });

  it('leaves a mart that may be old to the next process when it is closed', async () => {
    busy = false;
    await marts.request(stale(3_600_000));
    await marts.request(stale(3_600_000));
    await marts.close();
    expect(await refreshes()).toBe(1);
  });

  it('waits for the end of a lock', async () => {
    busy = false;
    await marts.request(dataset);
    const client = await database.pool.connect();
    await client.query('begin; select * from star.refreshes');
    const refreshed = marts.request(dataset);
    await vi.waitFor(async () => expect(await failingMarts(database.pool)).toHaveLength(1), {
      timeout: 20_000,
    });
    await client.query('rollback');
    client.release();
    await refreshed;
    expect(await refreshes()).toBeGreaterThan(1);
    expect([errors, await failingMarts(database.pool)]).toEqual([[], []]);
  });

  it('reports a mart that cannot be refreshed and fails nobody', async () => {
    await database.pool.query('drop materialized view star.refreshes');
    await marts.request(dataset);
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining('refreshes') })]);
  });
});
