/** Trips, whole: any chunk size, either queue, the same rows in star and lake as DuckDB reads. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Oracle, openOracle } from '../oracle/duckdb.ts';
import { tempFolder } from '../support/index.ts';
import { expectAgreement } from './agree.ts';
import { generatedTrips, onBothBackends, type TestSite, testSite } from './site.ts';

const rows = 60_000;

onBothBackends('trips', (backend) => {
  let oracle: Oracle;
  let site: TestSite | undefined;
  beforeAll(async () => {
    oracle = await openOracle();
  });
  afterEach(() => site?.close());
  afterAll(() => oracle.close());

  it.each([
    ['64 KiB', 64 << 10, 110],
    ['256 MB', 256_000_000, 1],
  ])('in chunks of %s', async (_, chunkBytes, leastChunks) => {
    site = await testSite({ backend, chunkBytes });
    const path = await generatedTrips(tempFolder(), 'trips.csv', rows, 3);
    expect(await oracle.expect('trips', [path])).toBe(rows);
    const receipt = await site.drop('trips', path);
    expect(receipt.rows).toEqual({ parsed: rows, loaded: rows, rejected: 0, deduplicated: 0 });
    expect(receipt.chunks).toBeGreaterThanOrEqual(leastChunks);
    expect(receipt.checks.filter((check) => !check.ok)).toEqual([]);
    expect(await expectAgreement(site, oracle, 'trips')).toBe(rows);
  });
});
