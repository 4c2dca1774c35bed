/** Places: halves of points, grid cells, geohashes, distances. Takes degrees, and treats WGS 84 as a sphere. */
import type { Float64Vector, Int32Vector, PointVector, Vector } from '../../kernel/columns/vectors.ts';
import type { LogicalType } from '../compiled.ts';
import { accepting, type Enrichment, type PointRef, type Ref, type TypeName } from '../language/refs.ts';
import type { Lanes } from './lanes.ts';
import { jointNulls, type Nulls, withNulls } from './nulls.ts';

type Degrees = Float64Array | Int32Array;

/** One reference for a point column, two for a pair of degree columns. */
function inputsOf(place: PointRef): readonly Ref[] {
  return 'type' in place ? [place] : [place.lon, place.lat];
}

/** True for the inputs of `count` places. */
function arePlaces(types: readonly TypeName[], count: number): boolean {
  const degrees = /^(smallint|integer|float8)$/;
  let at = 0;
  for (let place = 0; place < count; place++) {
    if (types[at] === 'point') at += 1;
    else if (degrees.test(types[at] ?? '') && degrees.test(types[at + 1] ?? '')) at += 2;
    else return false;
  }
  return at === types.length;
}

function places(count: number): (types: readonly TypeName[]) => string | null {
  return (types) =>
    arePlaces(types, count) ? null : `it takes points, or lon and lat as numbers, not ${types.join(', ')}`;
}

/** How many inputs the place takes, given the type of its first one. */
function widthOf(logical: LogicalType): 1 | 2 {
  return logical.type === 'point' ? 1 : 2;
}

function degreesOf(vector: Vector): Degrees {
  return (vector as Float64Vector | Int32Vector).values;
}

/** Longitudes and latitudes of the place whose inputs begin at `at`. */
function placeAt(inputs: readonly Vector[], at: number): { lon: Degrees; lat: Degrees } {
  const first = inputs[at];
  if (first.kind === 'point') return { lon: first.lon, lat: first.lat };
  return { lon: degreesOf(first), lat: degreesOf(inputs[at + 1]) };
}

/** What enrichments of one place have in common. Null rows are left to `run`. */
function ofPlace(
  place: PointRef,
  operation: readonly unknown[],
  run: (inputs: readonly Vector[], rows: number, lanes: Lanes) => Vector,
) {
  return { inputs: inputsOf(place), operation, accepts: places(1), total: false, build: () => run };
}

function half(name: 'lon' | 'lat', input: Ref<'point'>): Enrichment<'float8'> {
  const run = (inputs: readonly Vector[], rows: number): Vector => {
    const vector = inputs[0] as PointVector;
    return {
      kind: 'float64',
      length: rows,
      values: name === 'lon' ? vector.lon : vector.lat,
      validity: vector.validity,
      nullCount: vector.nullCount,
    };
  };
  return {
    type: 'float8',
    logical: { type: 'float8' },
    inputs: [input],
    operation: [name],
    accepts: accepting('point'),
    build: () => run,
    total: true,
  };
}

/** Longitude of a point: a view of its values, not a copy. */
export const lon = (input: Ref<'point'>): Enrichment<'float8'> => half('lon', input);
/** Latitude of a point: a view of its values, not a copy. */
export const lat = (input: Ref<'point'>): Enrichment<'float8'> => half('lat', input);

/** Writes cell numbers, or -1 for places that are not on the globe. Returns how many of those there are. */
function cellLoop(lon: Degrees, lat: Degrees, rows: number, size: number, out: Int32Array): number {
  const lastRow = Math.round(180 / size) - 1;
  const columns = Math.round(360 / size);
  let outside = 0;
  for (let i = 0; i < rows; i++) {
    const x = lon[i];
    const y = lat[i];
    if (x >= -180 && x <= 180 && y >= -90 && y <= 90) {
      const row = Math.min(Math.floor((y + 90) / size), lastRow);
      const column = Math.min(Math.floor((x + 180) / size), columns - 1);
      out[i] = row * columns + column;
    } else {
      out[i] = -1;
      outside++;
    }
  }
  return outside;
}

/** The nulls of the inputs and of rows with a negative cell, whose cells become 0. */
function nullCells(nulls: Nulls, cells: Int32Array, rows: number): Nulls {
  const isNull = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    if (cells[i] >= 0) continue;
    cells[i] = 0;
    isNull[i] = 1;
  }
  return withNulls(nulls, isNull, rows);
}

/**
 * Number of the grid cell of `degrees` × `degrees`: floor((lat + 90) / degrees) × (360 / degrees) +
 * floor((lon + 180) / degrees). The north pole and 180° east belong to the last row and column. Null if the place is
 * not on the globe. 0.01 degrees are about 1 km; the smallest size whose numbers fit an int4 is 0.0055.
 */
export function gridCell(place: PointRef, degrees: number): Enrichment<'integer'> {
  if (!(degrees >= 0.0055 && degrees <= 90)) {
    throw new RangeError(`gridCell: a cell has 0.0055 to 90 degrees, not ${degrees}`);
  }
  const run = (inputs: readonly Vector[], rows: number, lanes: Lanes): Vector => {
    const { lon, lat } = placeAt(inputs, 0);
    const values = lanes.int32(rows);
    const outside = cellLoop(lon, lat, rows, degrees, values);
    const nulls = jointNulls(inputs, rows);
    return {
      kind: 'int32',
      length: rows,
      values,
      ...(outside > 0 ? nullCells(nulls, values, rows) : nulls),
    };
  };
  return { type: 'integer', logical: { type: 'integer' }, ...ofPlace(place, ['gridCell', degrees], run) };
}

const geohashDigits = new TextEncoder().encode('0123456789bcdefghjkmnpqrstuvwxyz');

/** Writes `precision` digits at `at`: bits of longitude and latitude in turn, five per digit. */
function writeGeohash(x: number, y: number, precision: number, out: Uint8Array, at: number): void {
  let west = -180;
  let east = 180;
  let south = -90;
  let north = 90;
  let even = true;
  for (let digit = 0; digit < precision; digit++) {
    let bits = 0;
    for (let bit = 0; bit < 5; bit++) {
      bits <<= 1;
      if (even) {
        const middle = (west + east) / 2;
        if (x >= middle) {
          bits |= 1;
          west = middle;
        } else east = middle;
      } else {
        const middle = (south + north) / 2;
        if (y >= middle) {
          bits |= 1;
          south = middle;
        } else north = middle;
      }
      even = !even;
    }
    out[at + digit] = geohashDigits[bits];
  }
}

/** Geohash of 1 to 12 digits (5 is about 5 km, 7 about 150 m). Null if the place is not on the globe. */
export function geohash(place: PointRef, precision: number): Enrichment<'text'> {
  if (!Number.isInteger(precision) || precision < 1 || precision > 12) {
    throw new RangeError(`geohash: precision is 1 to 12 digits, not ${precision}`);
  }
  const run = (inputs: readonly Vector[], rows: number): Vector => {
    const { lon, lat } = placeAt(inputs, 0);
    const offsets = new Int32Array(rows + 1);
    const bytes = new Uint8Array(rows * precision);
    const isNull = new Uint8Array(rows);
    let nulls = jointNulls(inputs, rows);
    let end = 0;
    let outside = 0;
    for (let i = 0; i < rows; i++) {
      const x = lon[i];
      const y = lat[i];
      if (x >= -180 && x <= 180 && y >= -90 && y <= 90) {
        writeGeohash(x, y, precision, bytes, end);
        end += precision;
      } else {
        isNull[i] = 1;
        outside++;
      }
      offsets[i + 1] = end;
    }
    if (outside > 0) nulls = withNulls(nulls, isNull, rows);
    return { kind: 'utf8', length: rows, offsets, bytes, ...nulls };
  };
  return { type: 'text', logical: { type: 'text' }, ...ofPlace(place, ['geohash', precision], run) };
}

const earthKm = 6371.0088;

function haversineLoop(
  lon1: Degrees,
  lat1: Degrees,
  lon2: Degrees,
  lat2: Degrees,
  rows: number,
  out: Float64Array,
) {
  const radians = Math.PI / 180;
  for (let i = 0; i < rows; i++) {
    const sinLat = Math.sin(((lat2[i] - lat1[i]) * radians) / 2);
    const sinLon = Math.sin(((lon2[i] - lon1[i]) * radians) / 2);
    const cosines = Math.cos(lat1[i] * radians) * Math.cos(lat2[i] * radians);
    const h = sinLat * sinLat + cosines * sinLon * sinLon;
    out[i] = 2 * earthKm * Math.asin(Math.sqrt(Math.min(1, h)));
  }
}

/** Great-circle distance in kilometres (haversine, mean radius 6371.0088 km). */
export function distance(from: PointRef, to: PointRef): Enrichment<'float8'> {
  return {
    type: 'float8',
    logical: { type: 'float8' },
    inputs: [...inputsOf(from), ...inputsOf(to)],
    operation: ['distance'],
    accepts: places(2),
    total: true,
    build: ([first]) => {
      const second = widthOf(first);
      return (inputs, rows, lanes) => {
        const a = placeAt(inputs, 0);
        const b = placeAt(inputs, second);
        const values = lanes.float64(rows);
        haversineLoop(a.lon, a.lat, b.lon, b.lat, rows, values);
        return { kind: 'float64', length: rows, values, ...jointNulls(inputs, rows) };
      };
    },
  };
}
