/** Points: longitude and latitude in degrees, stored as two columns of doubles. */

import { builderOf, type VectorBuilder } from '../enrich/vector-builder.ts';
import {
  type ColumnOf,
  type ColumnOptions,
  columnOptionNames,
  type OptionNames,
  type Plain,
  plainColumn,
} from './column-options.ts';
import type { ColumnType } from './column-type.ts';

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

const written = {
  wkt: /^point\s*\(\s*(?<lon>-?\d+(?:\.\d+)?)\s+(?<lat>-?\d+(?:\.\d+)?)\s*\)$/i,
  latlon: /^(?<lat>-?\d{1,2}\.\d+)\s*,\s*(?<lon>-?\d{1,3}\.\d+)$/,
};

/** True for a point on the globe. */
function isPlace(text: string, form: keyof typeof forms): boolean {
  const place = written[form].exec(text)?.groups;
  return place !== undefined && Math.abs(Number(place.lon)) <= 180 && Math.abs(Number(place.lat)) <= 90;
}

function neverWhole(): never {
  throw new TypeError('a point is stored as its lon and lat');
}

export const pointType: ColumnType<Plain<'point'>, 'point', Place, 'parts'> = {
  options: { ...columnOptionNames, form: true } satisfies OptionNames<PointOptions>,
  read: ({ options: { form = 'wkt' } }) => ({ type: { kind: 'point', form } }),
  faults: () => [],
  bound: null,
  words: (_, { type }) => (type.kind === 'point' ? `point (${forms[type.form]})` : 'point'),
  propose: (values) => {
    for (const form of ['wkt', 'latlon'] as const) {
      const misfits = values.misfits((value) => isPlace(value, form));
      if (misfits !== null) return { options: form === 'wkt' ? {} : { form }, misfits, remarks: [] };
    }
    return null;
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
