import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { citibikeDialects } from '../../datasets/citibike/dialects.ts';
import { generateCitibike } from '../../datasets/citibike/generate.ts';
import { writeGenerated } from '../../datasets/generated.ts';
import { folders, generators } from '../../datasets/generators.ts';
import { cities, datasources } from '../../datasets/trips/cities.ts';
import { generateTrips } from '../../datasets/trips/generate.ts';
import { type Oracle, openOracle } from '../oracle/duckdb.ts';

const bytesOf = (buffers: Iterable<Buffer>) => Buffer.concat([...buffers]);
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const root = new URL('../../datasets/', import.meta.url);

describe('every generator', () => {
  for (const [name, generate] of Object.entries(generators)) {
    it(`${name}: the same rows and seed give the same bytes, another seed others`, () => {
      const once = hash(bytesOf(generate({ rows: 20_000, seed: 5 })));
      expect(hash(bytesOf(generate({ rows: 20_000, seed: 5 })))).toBe(once);
      expect(hash(bytesOf(generate({ rows: 20_000, seed: 6 })))).not.toBe(once);
    });

    it(`${name}: writes as many rows as asked, in buffers of whole rows`, () => {
      const buffers = [...generate({ rows: 20_000, seed: 5 })];
      expect(buffers.length).toBeGreaterThan(1);
      for (const buffer of buffers) expect(buffer.at(-1)).toBe(0x0a);
      expect(bytesOf(buffers).toString().split('\n')).toHaveLength(20_002);
      expect(
        bytesOf(generate({ rows: 0 }))
          .toString()
          .split('\n'),
      ).toHaveLength(2);
    });
  }
});

describe('every generator of a folder', () => {
  for (const [name, generate] of Object.entries(folders)) {
    it(`${name}: the same rows and seed give the same files, another seed others`, () => {
      const written = (seed: number) =>
        [...generate({ rows: 300, seed })].map(({ path, buffers }) => [path, hash(bytesOf(buffers))]);
      expect(written(5)).toEqual(written(5));
      expect(written(6).map(([, digest]) => digest)).not.toEqual(written(5).map(([, digest]) => digest));
      expect(new Set(written(5).map(([path]) => path)).size).toBe(written(5).length);
    });
  }
});

// A change of these is a change of everyone's benchmark data: make it on purpose.
it('bytes stay what they were in earlier versions', () => {
  const digest = (name: string) => hash(bytesOf(generators[name]({ rows: 10_000, seed: 1 }))).slice(0, 16);
  expect(Object.keys(generators).map((name) => [name, digest(name)])).toMatchInlineSnapshot(`
    [
      [
        "trips",
        "24008ae40ad435c0",
      ],
      [
        "citibike",
        "607ccaf71271cf7d",
      ],
      [
        "citibike:title",
        "607ccaf71271cf7d",
      ],
      [
        "citibike:quoted",
        "02f8c1081ebb900c",
      ],
      [
        "citibike:crlf",
        "aa4370387bdfcbf8",
      ],
      [
        "checkins",
        "86bf0bdddbb80825",
      ],
    ]
  `);
});

describe('trips', () => {
  const lines = bytesOf(generateTrips({ rows: 30_000, seed: 3 }))
    .toString()
    .trimEnd()
    .split('\n');
  const trips = lines.slice(1).map((line) => {
    const match =
      /^([^,]+),POINT \((-?\d+\.\d+) (-?\d+\.\d+)\),POINT \((-?\d+\.\d+) (-?\d+\.\d+)\),(2018-\d\d-\d\d \d\d:\d\d:\d\d),(\w+)$/.exec(
        line,
      );
    if (match === null) throw new Error(`not a trip: ${line}`);
    return { region: match[1], numbers: match.slice(2, 6), datetime: match[6], datasource: match[7] };
  });

  it('has the header of the public sample', () => {
    expect(lines[0]).toBe('region,origin_coord,destination_coord,datetime,datasource');
  });

  it('writes doubles in full: the text is what JavaScript prints for the number', () => {
    const texts = trips.flatMap((trip) => trip.numbers);
    expect(texts.filter((text) => String(Number(text)) !== text)).toEqual([]);
    const digits = texts.map((text) => text.replace(/[-.]/g, '').length);
    const long = digits.filter((count) => count >= 15 && count <= 17);
    expect(long.length / digits.length).toBeGreaterThan(0.9);
  });

  it('keeps trips near their city, in clusters', () => {
    const far = trips.filter(({ region, numbers }) => {
      const city = cities.find(({ name }) => name === region)!;
      return Math.hypot(Number(numbers[0]) - city.lon, Number(numbers[1]) - city.lat) > 0.5;
    });
    expect(far).toEqual([]);
    const prague = trips.filter(({ region }) => region === 'Prague');
    const cells = new Map<string, number>();
    for (const { numbers } of prague) {
      const cell = numbers
        .slice(0, 2)
        .map((n) => Math.floor(Number(n) * 100))
        .join();
      cells.set(cell, (cells.get(cell) ?? 0) + 1);
    }
    const busiest = [...cells.values()].sort((a, b) => b - a).slice(0, Math.ceil(cells.size / 10));
    // Were trips spread evenly, a tenth of the cells would hold a tenth of them.
    expect(busiest.reduce((sum, n) => sum + n, 0) / prague.length).toBeGreaterThan(0.3);
  });

  it('uses every city and every datasource, the whole year, two rush hours and quiet Sundays', () => {
    const count = <T>(key: (trip: (typeof trips)[number]) => T) => {
      const counts = new Map<T, number>();
      for (const trip of trips) counts.set(key(trip), (counts.get(key(trip)) ?? 0) + 1);
      return counts;
    };
    expect([...count((trip) => trip.region).keys()].sort()).toEqual(cities.map(({ name }) => name).sort());
    expect([...count((trip) => trip.datasource).keys()].sort()).toEqual([...datasources].sort());
    expect(count((trip) => trip.datetime.slice(0, 10)).size).toBe(365);
    const day = (trip: (typeof trips)[number]) =>
      new Date(`${trip.datetime.slice(0, 10)}T00:00:00Z`).getUTCDay();
    const weekdays = count(day);
    expect(weekdays.get(0)!).toBeLessThan(weekdays.get(5)! * 0.7);
    const workHours = count((trip) => (day(trip) % 6 === 0 ? -1 : Number(trip.datetime.slice(11, 13))));
    expect(workHours.get(8)!).toBeGreaterThan(workHours.get(11)! * 1.5);
    expect(workHours.get(17)!).toBeGreaterThan(workHours.get(14)! * 1.5);
    expect(workHours.get(3)!).toBeLessThan(workHours.get(11)! * 0.3);
  });
});

describe('citibike', () => {
  it('differs between its dialects as the publisher does', () => {
    const text = (variant: keyof typeof citibikeDialects) =>
      bytesOf(generateCitibike({ rows: 3_000, seed: 2, variant })).toString();
    expect(text('title')).toMatch(
      /^Trip Duration,Start Time,Stop Time,Start Station ID,.*,Bike ID,User Type,/,
    );
    expect(text('title')).toMatch(/\n\d+,2017-02-\d\d \d\d:\d\d:\d\d,[^"\r]*,(Customer)?,,0\n/);
    expect(text('quoted')).toMatch(
      /^"tripduration","starttime",.*,"bikeid","usertype","birth year","gender"\n/,
    );
    expect(text('quoted')).toMatch(/\n\d+,"2017-04-\d\d \d\d:\d\d:\d\d","[^\n\r]*,"Customer",NULL,0\n/);
    expect(text('crlf')).toMatch(/^tripduration,starttime,.*,gender\r\n\d+,11\/\d+\/2017 \d+:\d\d,/);
    expect(text('crlf')).toMatch(/,Customer,NULL,0\r\n/);
    expect(text('crlf').replaceAll('\r\n', '')).not.toMatch(/[\r\n"]/);
  });

  it('passes the hour that clocks showed twice, twice', () => {
    const rows = bytesOf(generateCitibike({ rows: 60_000, seed: 2, variant: 'crlf' }))
      .toString()
      .split('\r\n');
    const starts = rows.map((row) => row.split(',')[1]).filter((start) => start?.startsWith('11/5/2017 1:'));
    const minutes = starts.map((start) => Number(start.slice(-2)));
    const backwards = minutes.filter((minute, i) => i > 0 && minute < minutes[i - 1]);
    expect(backwards).toHaveLength(1);
  });
});

describe('files', () => {
  let folder: string;
  let oracle: Oracle;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-generate-'));
    oracle = await openOracle();
  });
  afterAll(() => {
    oracle.close();
    rmSync(folder, { recursive: true });
  });

  it('are written whole, with nothing left beside them', async () => {
    const path = join(folder, 'whole.csv');
    const bytes = await writeGenerated(path, generateTrips({ rows: 10_000 }));
    expect(statSync(path).size).toBe(bytes);
    expect(readFileSync(path).equals(bytesOf(generateTrips({ rows: 10_000 })))).toBe(true);
    expect(readdirSync(folder)).toEqual(['whole.csv']);
  });

  it('leave nothing behind when the generator fails', async () => {
    function* failing() {
      yield Buffer.from('region\n');
      throw new Error('no more');
    }
    await expect(writeGenerated(join(folder, 'broken.csv'), failing())).rejects.toThrow('no more');
    expect(readdirSync(folder)).toEqual(['whole.csv']);
  });

  it('of each dialect are read by DuckDB, every row of them', async () => {
    for (const variant of ['title', 'quoted', 'crlf'] as const) {
      await writeGenerated(
        join(folder, `${variant}.csv`),
        generateCitibike({ rows: 5_000, seed: 4, variant }),
      );
    }
    const paths = ['title', 'quoted', 'crlf'].map((variant) => join(folder, `${variant}.csv`));
    expect(await oracle.expect('citibike', paths)).toBe(15_000);
    const [nulls] = await oracle.rows(
      'select count(*) filter (where birth_year is null) as born, count(*) filter (where start_station_id is null) as station from expected',
    );
    expect(Number(nulls.born)).toBeGreaterThan(500);
    expect(Number(nulls.station)).toBe(0);
    expect(await oracle.expect('trips', [join(folder, 'whole.csv')])).toBe(10_000);
  });
});

describe('the samples that ship with the datasets', () => {
  const sample = (path: string) => readFileSync(new URL(path, root));
  it('are what the generators write', () => {
    expect(sample('trips/sample.csv').equals(bytesOf(generateTrips({ rows: 200, seed: 1 })))).toBe(true);
    for (const variant of ['title', 'quoted', 'crlf'] as const) {
      const generated = bytesOf(generateCitibike({ rows: 60, seed: 12, variant }));
      expect(sample(`citibike/sample-${variant}.csv`).equals(generated)).toBe(true);
    }
    expect(sample('citibike/sample-crlf.csv').toString()).toMatch(/,11\/5\/2017 1:\d\d,/);
  });
});
