/** Points: longitude and latitude in degrees, stored as two columns of doubles. */

import { builderOf, type VectorBuilder } from '../enrich/vector-builder.ts';
import { type ColumnOf, type ColumnOptions, type Plain, plainColumn } from './column-options.ts';
import type { ColumnType } from './column-type.ts';
import { everyFits } from './recognise.ts';

export interface PointOptions extends ColumnOptions {
  /** `wkt`: POINT (lon lat); `latlon`: lat,lon. Default: 'wkt'. */
  readonly form?: 'wkt' | 'latlon';
}

/** Longitude and latitude in degrees. Its halves are columns too: <name>_lon and <name>_lat. */
export const point = (options?: PointOptions): ColumnOf<Plain<'point'>> => plainColumn('point', options);

export interface Place {
  readonly lon: number;
  readonly lat: number;
}

const forms = { wkt: 'POINT (lon lat)', latlon: 'lat,lon' } as const;

function pointBuilder(rows: number): VectorBuilder {
  const lon = new Float64Array(rows);
  const lat = new Float64Array(rows);
  const store = (i: number, place: Place) => {
    lon[i] = place.lon;
    lat[i] = place.lat;
  };
  return builderOf(rows, store, (rest) => ({ kind: 'point', lon, lat, ...rest }));
}

function neverWhole(): never {
  throw new TypeError('a point is stored as its lon and lat');
}

export const pointType: ColumnType<Plain<'point'>, 'point', Place, 'parts'> = {
  read: ({ options: { form = 'wkt' } }) => ({ type: { kind: 'point', form } }),
  faults: () => [],
  bound: null,
  words: (_, { type }) => (type.kind === 'point' ? `point (${forms[type.form]})` : 'point'),
  recognise: (values) => {
    if (everyFits(values, /^point\s*\(\s*\S+\s+\S+\s*\)$/i)) return {};
    const pairs = everyFits(values, /^-?\d{1,2}\.\d+\s*,\s*-?\d{1,3}\.\d+$/);
    return pairs ? { options: [`form: 'latlon'`] } : null;
  },

  value: ({ lon, lat }, _, row) => ({ lon: lon[row], lat: lat[row] }),
  text: ({ lon, lat }, _, row) => `(${lon[row]},${lat[row]})`,
  build: pointBuilder,

  sql: neverWhole,
  copy: {},
  parquet: neverWhole,

  key: null,
  member: null,
  partition: null,
  computed: null,
  day: null,
  parts: ['lon', 'lat'],
};
