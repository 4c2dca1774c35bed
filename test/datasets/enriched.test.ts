/** Parsed and computed columns, value by value, against DuckDB reading the same CSV. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import citibikeDefinition from '../../datasets/citibike/dataset.ts';
import { generateCitibike } from '../../datasets/citibike/generate.ts';
import { writeGenerated } from '../../datasets/generated.ts';
import tripsDefinition from '../../datasets/trips/dataset.ts';
import { generateTrips } from '../../datasets/trips/generate.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import { type Oracle, type OracleDataset, openOracle, roundedColumns } from '../oracle/duckdb.ts';
import { realFiles, writeEnriched } from './support.ts';

const datasets = { trips: compileDataset(tripsDefinition), citibike: compileDataset(citibikeDefinition) };
let folder: string;
let oracle: Oracle;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landfall-enriched-'));
  oracle = await openOracle();
});

afterAll(() => {
  oracle.close();
  rmSync(folder, { recursive: true });
});

/** Reads the files both ways and compares every column that the oracle computes. */
async function agree(dataset: OracleDataset, paths: readonly string[]): Promise<number> {
  const out = join(folder, `${dataset}-enriched.csv`);
  const { rows, rejects } = await writeEnriched(datasets[dataset], paths, out);
  expect(rejects).toEqual([]);
  expect(rows).toBe(await oracle.expect(dataset, paths));
  await oracle.fromCsv(out, 'expected', 'actual');
  for (const [column, digits] of Object.entries(roundedColumns[dataset])) {
    await oracle.connection.run(`update actual set ${column} = round(${column}, ${digits})`);
  }
  const { missing, extra, examples } = await oracle.compare('expected', 'actual');
  expect({ missing, extra, examples }).toEqual({
    missing: 0,
    extra: 0,
    examples: { missing: [], extra: [] },
  });
  return rows;
}

describe('trips', () => {
  it('as generated', async () => {
    const path = join(folder, 'trips.csv');
    await writeGenerated(path, generateTrips({ rows: 20_000, seed: 9 }));
    expect(await agree('trips', [path])).toBe(20_000);
  });

  it('as published, with date_time for datetime', async (context) => {
    const paths = realFiles('trips');
    if (paths === null) return context.skip();
    expect(await agree('trips', paths)).toBe(100);
  });
});

describe('citibike', () => {
  it('as generated, in three dialects at once', async () => {
    const variants = ['title', 'quoted', 'crlf'] as const;
    const paths = variants.map((variant) => join(folder, `${variant}.csv`));
    for (const [i, variant] of variants.entries()) {
      await writeGenerated(paths[i], generateCitibike({ rows: 6_000, seed: 9, variant }));
    }
    expect(await agree('citibike', paths)).toBe(18_000);
    const [{ twice }] = await oracle.rows(
      'select count(*) as twice from actual where started_ambiguous or ended_ambiguous',
    );
    expect(Number(twice)).toBeGreaterThan(0);
  });

  it('as published: 14,026 + 21,186 + 23,582 rides', async (context) => {
    const paths = realFiles('citibike');
    if (paths === null) return context.skip();
    expect(await agree('citibike', paths)).toBe(58_794);
    const marked = await oracle.rows(
      `select strftime(started_at, '%H:%M') as began, strftime(ended_at, '%H:%M') as ended from actual
       where started_ambiguous order by began, ended`,
    );
    // 1:01 on the wall clock, taken as the earlier one: 5:01 in Greenwich, not 6:01.
    expect(marked).toEqual([
      { began: '05:01', ended: '05:03' },
      { began: '05:15', ended: '05:19' },
      { began: '05:22', ended: '05:25' },
      { began: '05:22', ended: '05:27' },
      { began: '05:32', ended: '05:34' },
      { began: '05:50', ended: '05:57' },
    ]);
  });
});

describe('citibike in dialects of other months', () => {
  /** The enriched columns of a file with the given text. */
  async function read(text: string): Promise<Record<string, unknown>[]> {
    const path = join(folder, 'month.csv');
    const out = join(folder, 'month-enriched.csv');
    writeFileSync(path, text);
    const { rejects } = await writeEnriched(datasets.citibike, [path], out);
    expect(rejects).toEqual([]);
    return oracle.rows(`from read_csv('${out}', all_varchar = true, header = true)`);
  }

  it('2018: quoted, fractional seconds, \\N for a missing birth year', async () => {
    const header =
      '"tripduration","starttime","stoptime","start station id","start station name","start station latitude","start station longitude","end station id","end station name","end station latitude","end station longitude","bikeid","usertype","birth year","gender"';
    const place = '9101,"Harbor Park",40.70018,-74.0860,9102,"Mill, upper",40.71018,-74.0760';
    const [first, second] = await read(
      `${header}\n932,"2018-01-01 02:06:17.5410","2018-01-01 02:21:50.0270",${place},31929,"Subscriber",\\N,1\n` +
        `550,"2018-01-01 12:06:18.0390","2018-01-01 12:15:28.4430",${place},31845,"Subscriber",1985.0,2\n`,
    );
    expect(first).toMatchObject({
      started_at: '2018-01-01T07:06:17.541',
      ended_at: '2018-01-01T07:21:50.027',
      hour: '2',
      duration_seconds: '932',
      end_station_name: 'Mill, upper',
      birth_year: null,
      age: null,
    });
    expect(second).toMatchObject({ birth_year: '1985', age: '33', gender_name: 'female' });
  });

  it('since 2021: ride_id, no duration, stations that may be missing', async () => {
    const header =
      'ride_id,rideable_type,started_at,ended_at,start_station_name,start_station_id,end_station_name,end_station_id,start_lat,start_lng,end_lat,end_lng,member_casual';
    const [first, second] = await read(
      `${header}\nA1B2,docked_bike,2021-07-01 00:04:23,2021-07-01 00:14:28,Harbor Park,JC101,Mill Park,JC102,40.7,-74.08,40.71,-74.07,member\n` +
        'C3D4,electric_bike,2021-07-01 23:50:00,2021-07-02 00:10:00,,,Mill Park,JC102,40.7,-74.08,,,casual\n',
    );
    expect(first).toMatchObject({
      ride_id: 'A1B2',
      started_at: '2021-07-01T04:04:23.000',
      duration_seconds: '605',
      start_station_id: 'JC101',
      user_type: 'member',
      bike_id: null,
    });
    expect(second).toMatchObject({ start_station_id: null, duration_seconds: '1200', distance_km: null });
  });

  it('late 2016: American times with seconds, title case and CRLF', async () => {
    const header =
      'Trip Duration,Start Time,Stop Time,Start Station ID,Start Station Name,Start Station Latitude,Start Station Longitude,End Station ID,End Station Name,End Station Latitude,End Station Longitude,Bike ID,User Type,Birth Year,Gender';
    const [ride] = await read(
      `${header}\r\n328,3/13/2016 2:30:05,3/13/2016 3:35:33,9101,Harbor Park,40.7,-74.08,9102,Mill Park,40.71,-74.07,24001,Customer,,0\r\n`,
    );
    // 2:30 did not happen on that day; with the clock not moved yet it is 7:30 in Greenwich.
    expect(ride).toMatchObject({
      started_at: '2016-03-13T07:30:05.000',
      ended_at: '2016-03-13T07:35:33.000',
      started_ambiguous: 'false',
    });
  });
});
