/** Bike rides, whole: three dialects dropped in one go, into one star, and months in which stations change. */
import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateCitibike } from '../../../datasets/citibike/generate.ts';
import { writeGenerated } from '../../../datasets/generated.ts';
import { realFiles } from '../../datasets/support.ts';
import { stationVersions } from '../../oracle/duckdb.ts';
import { describeRedis, tempFolder } from '../../support/index.ts';
import { plays } from '../../support/long.ts';
import { expectAgreement, oracleAndSites } from '../agree.ts';
import type { TestSite } from '../site.ts';
import { Days } from './days.ts';
import { RideMonths } from './ride-months.ts';

const shown: Readonly<Record<string, { star: string; expected: string }>> = {
  station_version: {
    star: `select station_id, station, latitude, longitude, valid_from::text, valid_to::text, moved_m, rides_started::int
      from star.station_version order by station_id, star.station_version.valid_from`,
    expected: `select * replace (valid_from::varchar as valid_from, valid_to::varchar as valid_to, rides_started::int as rides_started)
      from versions order by station_id, versions.valid_from`,
  },
  dim_station: {
    star: `select station_id, name as station, latitude, longitude from star.dim_station where name is not null order by 1`,
    expected: 'from latest order by 1',
  },
  station_hour: {
    star: `select station_id, h.station, hour, rides_started::int as started, rides_ended::int as ended
      from star.station_hour h join star.dim_station using (station_key) order by 1, 3`,
    expected: `select station_id, station, hour, sum(started)::int as started, sum(ended)::int as ended from (
        select start_station_id as station_id, hour, 1 as started, 0 as ended from expected
        union all select end_station_id, end_hour, 0, 1 from expected)
      join latest using (station_id) group by all order by 1, 3`,
  },
  popular_route: {
    star: `select a.station_id as "from", b.station_id as "to", start_station, end_station, rides::int, round(median_minutes::numeric, 4)::float8 as median
      from star.popular_route join star.dim_station a on a.station_key = start_station_key
      join star.dim_station b on b.station_key = end_station_key order by 1, 2`,
    expected: `select start_station_id as "from", end_station_id as "to", a.station as start_station, b.station as end_station,
        count(*)::int as rides, round(median(duration_seconds) / 60, 4) as median
      from expected join latest a on a.station_id = start_station_id join latest b on b.station_id = end_station_id
      group by all order by 1, 2`,
  },
};

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

  /** Stations, as they were and as they are, and the marts, against DuckDB on the files that are loaded. */
  async function expectStations(site: TestSite): Promise<void> {
    const { connection } = shared.oracle;
    await connection.run(`create or replace temp table versions as ${stationVersions('expected')}`);
    await connection.run(
      `create or replace temp view latest as select station_id, station, latitude, longitude from versions where valid_to is null`,
    );
    for (const [name, { star, expected }] of Object.entries(shown))
      expect({ [name]: await site.query(star) }).toEqual({ [name]: await shared.oracle.rows(expected) });
  }

  it('month by month: files that come again, late or twice, and some undone and replayed, with stations that change', async () => {
    const site = await shared.site({ backend: 'postgres', chunkBytes: 8 << 10 });
    const folder = tempFolder();
    const days = new Days(site, 'citibike');
    const count = plays(12, 30);
    const months = new RideMonths(count, 7);
    const path = (month: number, part = '') => join(folder, `rides-${month}${part}.csv`);
    for (let month = 0; month < count; month++) months.write(path(month), month, 120);
    for (let month = 0; month < count; month++) {
      // The third is two months late, and of each ten one comes after the next.
      const isLate = month === 2 || month % 10 === 7;
      if (!isLate) await days.land(path(month));
      if (month === 1) await days.again(path(0), 'again.csv');
      if (month === 4) await days.land(path(2));
      if (month % 10 === 5) await days.undo(basename(path(month - 1)));
      if (month % 10 === 6) await days.replay(path(month - 2));
      if (month % 10 === 8) await days.land(path(month - 1));
      if (month === 9) {
        // Rides of a month that was loaded long ago, with the names of then.
        months.write(path(1, '-late'), 1, 15);
        await days.land(path(1, '-late'));
        await days.undo(basename(path(0)));
      }
      if (month === 10) await days.replay(path(0));
      await shared.oracle.expect('citibike', [...days.loaded.values()]);
      await expectAgreement(site, shared.oracle, 'citibike');
      await expectStations(site);
    }
    expect(days.loaded.size).toBe(count + 1);
    // The data has what the pipeline is for.
    const [has] = await shared.oracle.rows(`select max(n)::int as versions,
      (select count(*)::int from versions a join versions b on a.station = b.station and a.station_id < b.station_id) as shared,
      (select count(*)::int from versions where moved_m > 0) as moved,
      (select count(*)::int from expected where month(ended_at - interval 5 hour) <> month) as across
      from (select count(*) as n from versions group by station_id)`);
    for (const [what, count] of Object.entries(has)) expect([what, Number(count) > 1]).toEqual([what, true]);
  }, 300_000);

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
