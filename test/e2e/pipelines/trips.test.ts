/** Trips, whole: any chunk size, either queue, the same rows in star and lake as DuckDB reads. */
import { expect, it } from 'vitest';
import { tempFolder } from '../../support/index.ts';
import { expectAgreement, oracleAndSites } from '../agree.ts';
import { generatedTrips, onBothBackends } from '../site.ts';

const rows = 9_000;

/** Size, in words and in bytes, and how many there must be. One chunk is the same to either queue. */
const small = ['32 KiB', 32 << 10, 32] as const;
const chunks = { postgres: [small, ['256 MB', 256_000_000, 1] as const], redis: [small] };

onBothBackends('trips', (backend) => {
  const shared = oracleAndSites();

  it.each(chunks[backend])('in chunks of %s', async (_, chunkBytes, leastChunks) => {
    const site = await shared.site({ backend, workers: 2, chunkBytes });
    const path = await generatedTrips(tempFolder(), 'trips.csv', rows, 3);
    expect(await shared.oracle.expect('trips', [path])).toBe(rows);
    const receipt = await site.drop('trips', path);
    expect(receipt.rows).toEqual({ parsed: rows, loaded: rows, rejected: 0, deduplicated: 0 });
    expect(receipt.chunks).toBeGreaterThanOrEqual(leastChunks);
    expect(receipt.checks.filter((check) => !check.ok)).toEqual([]);
    expect(await expectAgreement(site, shared.oracle, 'trips')).toBe(rows);
  });
});
