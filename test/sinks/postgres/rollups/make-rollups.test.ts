/** Rollups that are declared, changed and removed while their star has facts, and how they are kept. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  bucket,
  count,
  countDistinct,
  median,
  mostCommon,
  rollup,
  sql,
  sum,
} from '../../../../model/index.ts';
import type { Rollup } from '../../../../model/language/rollups.ts';
import { auditRollups } from '../../../../sinks/postgres/rollups/audit-rollups.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { plays } from '../../../support/long.ts';
import { Facts, measured } from './support.ts';

let database: TestDatabase;
let facts: Facts;

const marts = (rollups: Readonly<Record<string, Rollup>>) =>
  measured(rollups as Readonly<Record<string, Rollup<never>>>);
const byRegion = rollup({ by: ['region'], measures: { rows: count(), half: median('whole') } });

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  facts = await Facts.fresh(database.pool, marts({ by_region: byRegion }));
});

const rows = (count: number, of: (i: number) => object) => Array.from({ length: count }, (_, i) => of(i));
const few = (i: number) => ({ region: `r${i % 3}`, whole: i % 7, km: i / 7 });

async function tables(): Promise<string[]> {
  const { rows } = await database.pool.query(
    `select distinct regexp_replace(relname, '_[0-9a-f]{8}.*', '') as name from pg_class
     where relnamespace = 'star'::regnamespace and relkind in ('r', 'v') and relname not in ('dim_station', 'fact_measured') order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function all(text: string): Promise<unknown[]> {
  return (await database.pool.query(text)).rows;
}

describe('makeRollups', () => {
  it('builds a rollup from the facts of files that are done, and drops what it replaces', async () => {
    await facts.end([await facts.load(rows(20, few))]);
    const waiting = await facts.load(rows(5, few));
    const more = rollup({ by: ['region'], measures: { rows: count(), most: sum('whole') } });
    await facts.make(marts({ by_region: more, again: byRegion }));
    expect(await tables()).toEqual(['_again', '_by_region', 'again', 'by_region']);
    expect(await all('select sum(rows)::int as rows from star.by_region')).toEqual([{ rows: 20 }]);
    expect(await facts.differences()).toEqual([]);
    await facts.end([waiting]);
    expect(await facts.differences()).toEqual([]);
    await facts.make(marts({}));
    expect(await tables()).toEqual([]);
    expect(await all('select name from landfall.rollup')).toEqual([]);
  });

  it('leaves a rollup as it is while its definition is the same', async () => {
    await facts.end([await facts.load(rows(20, few))]);
    const built = () => all('select built_at from landfall.rollup');
    const before = await built();
    await facts.make();
    expect(await built()).toEqual(before);
  });

  it('lets readers see the old rollup until the new one is complete', async () => {
    await facts.end([await facts.load(rows(20, few))]);
    const reader = await database.pool.connect();
    await reader.query('begin; lock table star.fact_measured in row exclusive mode');
    const making = facts.make(
      marts({ by_region: rollup({ by: ['region'], measures: { n: count(), x: sql('max(km)', 'float8') } }) }),
    );
    const seen = await reader.query('select sum(rows)::int as rows from star.by_region');
    await reader.query('commit');
    reader.release();
    await making;
    expect(seen.rows).toEqual([{ rows: 20 }]);
    expect(await all('select sum(n)::int as rows from star.by_region')).toEqual([{ rows: 20 }]);
  });

  it('refuses SQL that PostgreSQL does not take, and keeps the old rollup', async () => {
    const wrong = rollup({ by: ['region'], measures: { x: sql('max(no_such_column)', 'text') } });
    await expect(facts.make(marts({ by_region: wrong }))).rejects.toMatchObject({ code: 'LF_MART' });
    expect(await all('select count(*)::int as n from star.by_region')).toEqual([{ n: 0 }]);
  });

  it('does not keep values that hardly repeat, and says so', async () => {
    const kept = { repeats: countDistinct('region'), hardly: mostCommon('km'), rows: count() };
    const one = rollup({ by: [bucket('whole', 10)], measures: kept });
    await facts.make(marts({ one }));
    const load = async (from: number) =>
      facts.end([await facts.load(rows(600, (i) => ({ ...few(i), km: from + i, whole: i % 50 })))]);
    await load(0);
    expect(await all('select recomputed, notes from landfall.rollup')).toEqual([
      { recomputed: null, notes: [] },
    ]);
    await load(600);
    expect(await all('select recomputed, notes from landfall.rollup')).toEqual([
      {
        recomputed: ['_v2'],
        notes: [
          {
            kind: 'values',
            text: 'one computes what follows from km again for each group that a file touches: 1200 of 1200 values are different',
          },
        ],
      },
    ]);
    expect(facts.notes).toHaveLength(1);
    expect(await facts.differences()).toEqual([]);
    await load(300);
    expect(await facts.differences()).toEqual([]);
    expect(await all(`select * from star.${await tableOf('one')}_v2`)).toEqual([]);
  });

  it('settles how values are kept with a later file, where a chunk is being copied', async () => {
    const kept = { hardly: mostCommon('km'), rows: count() };
    await facts.make(marts({ one: rollup({ by: [bucket('whole', 10)], measures: kept }) }));
    const load = async (from: number) =>
      facts.end([await facts.load(rows(1_200, (i) => ({ ...few(i), km: from + i, whole: i % 50 })))]);
    const copying = await database.pool.connect();
    await copying.query('begin; lock table star.fact_measured in row exclusive mode');
    await load(0);
    const settled = () => all('select recomputed from landfall.rollup');
    expect(await settled()).toEqual([{ recomputed: null }]);
    expect(facts.notes).toEqual([]);
    expect(await facts.differences()).toEqual([]);
    await copying.query('commit');
    copying.release();
    await load(1_200);
    expect(await settled()).toEqual([{ recomputed: ['_v1'] }]);
    expect(facts.notes).toHaveLength(1);
    expect(await facts.differences()).toEqual([]);
  });

  it('warns of a rollup with more than a tenth as many groups as rows, and many of them', async () => {
    const counted = { measures: { rows: count() } };
    await facts.make(marts({ few: rollup({ by: ['whole'], ...counted }) }));
    await facts.end([await facts.load(rows(1000, (i) => ({ whole: i % 200 })))]);
    expect(facts.notes).toEqual([]);
    await facts.make(
      marts({ few: rollup({ by: ['whole'], ...counted }), many: rollup({ by: ['large'], ...counted }) }),
    );
    const distinct = `(station_key, whole, large, chunk_id) select 0, n % 200, n, $1 from generate_series(1, 20001) n`;
    const file = await facts.loadFrom(distinct);
    await facts.end([file]);
    const noted = 'many has 20002 groups of 21001 rows: more than a tenth as many';
    expect(facts.notes).toEqual([noted]);
    // The audit counts again.
    await facts.undo(file);
    const audits = await auditRollups(facts.pool, 'measured');
    expect(audits.map(({ rollup, different, notes }) => [rollup, different, notes])).toEqual([
      ['few', 0, ['few has 200 groups of 1000 rows: more than a tenth as many']],
      ['many', 0, []],
    ]);
  });

  it('keeps sums of doubles exact over many changes', async () => {
    await facts.make(marts({ sums: rollup({ by: ['region'], measures: { km: sum('km') } }) }));
    const left = await facts.load(rows(50, (i) => ({ region: 'a', km: [0.1, 1e16, -3.3, 1e-7][i % 4] })));
    await facts.end([left]);
    await facts.churn(plays(60, 10_000), (i) => [(i % 13) / 10, 1e15 * (i % 3), 1 / (1 + i), -1e-9 * i]);
    const [shown] = await all(`select km from star.sums`);
    await facts.make(marts({ fresh: rollup({ by: ['region'], measures: { km: sum('km') } }) }));
    expect(await all('select km from star.fresh')).toEqual([shown]);
    expect(await facts.differences()).toEqual([]);
  });
});

async function tableOf(name: string): Promise<string> {
  const { rows } = await database.pool.query(
    `select '_' || name || '_' || hash as name from landfall.rollup where name = $1`,
    [name],
  );
  return rows[0].name;
}
