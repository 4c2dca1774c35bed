/** Trips, whole: any chunk size, either queue, the same rows in star and lake as DuckDB reads. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Oracle, openOracle } from '../../oracle/duckdb.ts';
import { tempFolder } from '../../support/index.ts';
import { expectAgreement } from '../agree.ts';
import { generatedTrips, onBothBackends, type TestSite, testSite } from '../site.ts';

const rows = 9_000;

/** Size, in words and in bytes, and how many there must be. One chunk is the same to either queue. */
const small = ['32 KiB', 32 << 10, 32] as const;
const chunks = { postgres: [small, ['256 MB', 256_000_000, 1] as const], redis: [small] };

onBothBackends('trips', (backend) => {
  let oracle: Oracle;
  let site: TestSite | undefined;
  beforeAll(async () => {
    oracle = await openOracle();
  });
  afterEach(() => site?.close());
  afterAll(() => oracle.close());

  it.each(chunks[backend])('in chunks of %s', async (_, chunkBytes, leastChunks) => {
    site = await testSite({ backend, workers: 2, chunkBytes });
    const path = await generatedTrips(tempFolder(), 'trips.csv', rows, 3);
    expect(await oracle.expect('trips', [path])).toBe(rows);
    const receipt = await site.drop('trips', path);
    expect(receipt.rows).toEqual({ parsed: rows, loaded: rows, rejected: 0, deduplicated: 0 });
    expect(receipt.chunks).toBeGreaterThanOrEqual(leastChunks);
    expect(receipt.checks.filter((check) => !check.ok)).toEqual([]);
    expect(await expectAgreement(site, oracle, 'trips')).toBe(rows);
  });
});
