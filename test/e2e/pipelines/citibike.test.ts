/** Bike rides, whole: three dialects dropped in one go, into one star. */
import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateCitibike } from '../../../datasets/citibike/generate.ts';
import { writeGenerated } from '../../../datasets/generated.ts';
import { realFiles } from '../../datasets/support.ts';
import { describeRedis, tempFolder } from '../../support/index.ts';
import { expectAgreement, oracleAndSites } from '../agree.ts';
import type { TestSite } from '../site.ts';

describe('citibike', () => {
  const shared = oracleAndSites();

  /** Drops copies of the files at once and compares the outcome with DuckDB. */
  async function load(site: TestSite, paths: readonly string[]): Promise<number[]> {
    const staged = tempFolder();
    await shared.oracle.expect('citibike', paths);
    const receipts = await Promise.all(
      paths.map((path) => {
        const copy = join(staged, basename(path));
        copyFileSync(path, copy);
        return site.drop('citibike', copy);
      }),
    );
    for (const receipt of receipts) {
      expect(receipt).toMatchObject({ status: 'done', rows: { rejected: 0 } });
      expect(receipt.checks.filter((check) => !check.ok)).toEqual([]);
    }
    const loaded = receipts.map((receipt) => receipt.rows.loaded);
    expect(await expectAgreement(site, shared.oracle, 'citibike')).toBe(
      loaded.reduce((sum, n) => sum + n, 0),
    );
    return loaded;
  }

  describeRedis('with the queue on Redis', () => {
    it('generated, in three dialects', async () => {
      const site = await shared.site({ backend: 'redis', chunkBytes: 256 << 10 });
      const folder = tempFolder();
      const paths: string[] = [];
      for (const variant of ['title', 'quoted', 'crlf'] as const) {
        const path = join(folder, `${variant}.csv`);
        await writeGenerated(path, generateCitibike({ rows: 4000, seed: 5, variant }));
        paths.push(path);
      }
      expect(await load(site, paths)).toEqual([4000, 4000, 4000]);
    });
  });

  it('the real months: 14,026 + 21,186 + 23,582 = 58,794 rides, the hour that came twice marked', async (context) => {
    const paths = realFiles('citibike');
    if (paths === null) return context.skip();
    const site = await shared.site({ backend: 'postgres', workers: 2, chunkBytes: 1 << 20 });
    expect(await load(site, paths)).toEqual([14_026, 21_186, 23_582]);
    const [star] = await site.query<{ rides: number; twice: number; stations: number; bikes: number }>(
      `select count(*)::int as rides, (count(*) filter (where started_ambiguous))::int as twice,
         (select count(*)::int from star.dim_station where station_id is not null) as stations,
         (select count(*)::int from star.dim_bike where bike_id is not null) as bikes
       from star.fact_ride`,
    );
    const [expected] = await shared.oracle.rows(
      `select count(distinct bike_id)::int as bikes, (count(*) filter (where started_ambiguous))::int as twice from expected`,
    );
    expect(star).toMatchObject({
      rides: 58_794,
      twice: Number(expected.twice),
      bikes: Number(expected.bikes),
    });
    expect(star.twice).toBe(6);
  });
});
