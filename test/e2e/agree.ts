/** Star and lake of a whole run against DuckDB reading the same CSV files. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { to as copyTo } from 'pg-copy-streams';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Oracle, type OracleDataset, openOracle, starSelects } from '../oracle/duckdb.ts';
import { committedParts, type TestSite, type TestSiteOptions, testSite } from './site.ts';

/**
 * For the tests around the call: an oracle that they share, and a site for each, which is closed when the test ends.
 * What they fetch is of another time than now, so that schedules are held.
 */
export function oracleAndSites() {
  let oracle: Oracle;
  let site: TestSite | undefined;
  beforeAll(async () => {
    oracle = await openOracle();
  });
  afterEach(() => site?.close());
  afterAll(() => oracle.close());
  return {
    get oracle() {
      return oracle;
    },
    async site(options: TestSiteOptions): Promise<TestSite> {
      site = await testSite({ holdsSchedules: true, ...options });
      return site;
    },
  };
}

const same = { missing: 0, extra: 0, examples: { missing: [], extra: [] } };

/**
 * Compares what is committed in lake and star with the oracle's table `expected`, value by value,
 * duplicates counted. Returns the number of rows.
 */
export async function expectAgreement(
  site: TestSite,
  oracle: Oracle,
  dataset: OracleDataset,
): Promise<number> {
  const out = join(site.folder, `${dataset}-star.csv`);
  const client = await site.database.pool.connect();
  try {
    await client.query(`set timezone = 'UTC'`);
    const select = `copy (${starSelects[dataset]}) to stdout with (format csv, header)`;
    await pipeline(client.query(copyTo(select)), createWriteStream(out));
  } finally {
    client.release(true);
  }
  await oracle.fromCsv(out, 'expected', 'star');
  await oracle.lake(dataset, await committedParts(site, dataset));
  const starColumns = (await oracle.rows('describe star')).map((column) => String(column.column_name));
  expect(await oracle.compare('expected', 'star', starColumns)).toEqual(same);
  expect(await oracle.compare('expected', 'lake')).toEqual(same);
  const [{ n }] = await oracle.rows('select count(*) as n from lake');
  return Number(n);
}
