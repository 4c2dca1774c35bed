import { expect, test } from 'vitest';
import { distance, geohash, gridCell, lat, lon } from '../../../model/enrich/geo.ts';
import type { Ref } from '../../../model/language/refs.ts';
import { run, vectorOf } from '../support.ts';

const place: Ref<'point'> = { type: 'point' };
const point = { type: 'point' } as const;
const float8 = { type: 'float8' } as const;

const places = [
  { lon: 14.4973794438195, lat: 50.00136875782316 },
  { lon: -180, lat: -90 },
  { lon: 180, lat: 90 },
  null,
  { lon: 0, lat: 0 },
  { lon: 180.0000001, lat: 0 },
  { lon: 0, lat: -91 },
  { lon: Number.NaN, lat: 0 },
];
const input = [[point, vectorOf(point, places)]] as const;

test('halves of a point', () => {
  expect(run(lon(place), input)).toEqual(places.map((at) => at?.lon ?? null));
  expect(run(lat(place), input)).toEqual(places.map((at) => at?.lat ?? null));
});

test('grid cells count rows from the south pole and columns from 180° west, edges included', () => {
  expect(run(gridCell(place, 0.01), input)).toEqual([
    14000 * 36000 + 19449,
    0,
    17999 * 36000 + 35999,
    null,
    9000 * 36000 + 18000,
    ...[null, null, null],
  ]);
});

test('a pair of columns is as good as a point, and null where either is', () => {
  const lons = vectorOf(float8, [14.4973794438195, null, 3]);
  const lats = vectorOf({ type: 'integer' }, [50, 3, null]);
  const pair = { lon: { type: 'float8' }, lat: { type: 'integer' } } as const;
  expect(
    run(gridCell(pair, 1), [
      [float8, lons],
      [{ type: 'integer' }, lats],
    ]),
  ).toEqual([140 * 360 + 194, null, null]);
});

test('geohashes as published', () => {
  const known = [
    { lon: -5.6, lat: 42.6 },
    { lon: 10.40744, lat: 57.64911 },
    { lon: -74.0431, lat: 40.7196 },
    null,
    { lon: 200, lat: 0 },
  ];
  const given = [[point, vectorOf(point, known)]] as const;
  expect(run(geohash(place, 5), given).slice(0, 2)).toEqual(['ezs42', 'u4pru']);
  expect(run(geohash(place, 11), given)[1]).toBe('u4pruydqqvj');
  expect(run(geohash(place, 7), given)).toEqual([
    'ezs42e4',
    'u4pruyd',
    expect.stringMatching(/^dr5r/),
    null,
    null,
  ]);
});

test('distances are great circles, by the law of cosines', () => {
  const from = [{ lon: 13.4, lat: 52.52 }, { lon: -74, lat: 40.7 }, null, { lon: 1, lat: 1 }];
  const to = [
    { lon: 2.35, lat: 48.85 },
    { lon: 139.7, lat: 35.7 },
    { lon: 1, lat: 1 },
    { lon: 1, lat: 1 },
  ];
  const kilometres = run(distance(place, place), [
    [point, vectorOf(point, from)],
    [point, vectorOf(point, to)],
  ]);
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  from.forEach((a, i) => {
    if (a === null) {
      expect(kilometres[i]).toBeNull();
      return;
    }
    const b = to[i];
    const cosine =
      Math.sin(radians(a.lat)) * Math.sin(radians(b.lat)) +
      Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.cos(radians(b.lon - a.lon));
    expect(kilometres[i]).toBeCloseTo(6371.0088 * Math.acos(Math.min(1, cosine)), 5);
  });
});

test('cells too small for an int4 and impossible precisions are refused', () => {
  expect(() => gridCell(place, 0.001)).toThrow(/0\.0055/);
  expect(() => geohash(place, 13)).toThrow(/1 to 12/);
});
