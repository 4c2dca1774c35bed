import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import { bigint, defineDataset, table } from '../../../../model/index.ts';
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

let database: TestDatabase;
let marts: Marts;
let busy: boolean;
let errors: unknown[];

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.pool.query(`
    drop schema if exists star cascade; create schema star; create sequence star.refreshed;
    create materialized view star.refreshes as select nextval('star.refreshed') as refreshes with no data`);
  busy = true;
  errors = [];
  marts = new Marts({
    pool: database.pool,
    isBusy: () => busy,
    onError: (error) => void errors.push(error),
    waitMs: 100,
  });
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
    const waits = new Marts({
      pool: database.pool,
      isBusy: () => busy,
      onError: () => {},
      waitMs: 3_600_000,
    });
    const refreshed = waits.request(dataset);
    busy = false;
    waits.nudge(dataset.name);
    await refreshed;
    expect(await refreshes()).toBe(1);
  });

  it('refreshes what still waits when it is closed', async () => {
    const waits = new Marts({
      pool: database.pool,
      isBusy: () => true,
      onError: () => {},
      waitMs: 3_600_000,
    });
    void waits.request(dataset);
    await waits.close();
    expect(await refreshes()).toBe(1);
  });

  it('reports a mart that cannot be refreshed and fails nobody', async () => {
    await database.pool.query('drop materialized view star.refreshes');
    await marts.request(dataset);
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining('refreshes') })]);
  });
});
