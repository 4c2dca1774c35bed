/**
 * Generates synthetic bike rides of one month as CSV, ordered by start, in one of three dialects. In
 * November some stations have other names and places than in the months before. The same rows, seed
 * and variant give the same bytes on every machine.
 */
import { drawTable, fillRandom, type RandomState, seedRandom } from '../random.ts';
import { rowBuffers } from '../row-buffers.ts';
import { writeBytes, writeInteger, writePair, writeSmall } from '../text.ts';
import { type CitibikeDialect, type CitibikeVariant, citibikeDialects } from './dialects.ts';
import { stationDistance, stationsOf } from './stations.ts';

export interface CitibikeOptions {
  readonly rows: number;
  /** Any finite number. Default: 1. */
  readonly seed?: number;
  /** Default: `title`. */
  readonly variant?: CitibikeVariant;
}

/** The most bytes of a row. */
const rowBytesMax = 512;
const wordsPerRow = 4;
const pairTableSize = 65_536;
const secondsMax = 9 * 86_400;

/** Buffers of about 1 MiB, each a whole number of rows, the header first. The caller owns each buffer. */
export function* generateCitibike(options: CitibikeOptions): Generator<Buffer, void, undefined> {
  const dialect = citibikeDialects[options.variant ?? 'title'];
  const tables = buildTables(dialect, options.rows);
  const clock = monthClock(dialect, options.rows);
  const draw = { state: seedRandom(options.seed ?? 1), words: new Uint32Array(wordsPerRow * 1024), word: 0 };
  draw.word = draw.words.length;
  let row = 0;
  yield* rowBuffers(headerBytes(dialect), rowBytesMax, (bytes, view, at, last) => {
    let end = at;
    for (; row < options.rows && end <= last; row++) {
      const word = nextWords(draw);
      const start = clock(row + draw.words[word] / 2 ** 32);
      end = writeRide(bytes, view, end, start, draw.words, word, tables);
    }
    return end;
  });
}

/** The index of the random words for the next row. Generates more words when the last ones are used up. */
function nextWords(draw: { state: RandomState; words: Uint32Array; word: number }): number {
  if (draw.word === draw.words.length) {
    fillRandom(draw.state, draw.words);
    draw.word = 0;
  }
  draw.word += wordsPerRow;
  return draw.word - wordsPerRow;
}

interface Tables {
  readonly dialect: CitibikeDialect;
  readonly stations: number;
  /** Start station × number of stations + end station. */
  readonly pair: Uint16Array;
  /** The typical duration of a ride from one station to another, in seconds. */
  readonly seconds: Uint16Array;
  /** For each station, `,3186,name,lat,lon` in the dialect. */
  readonly station: readonly Uint8Array[];
  /** For each day of the month and those after it: `2017-02-01 ` or `11/1/2017 `, after any opening quote. */
  readonly day: readonly Uint8Array[];
  readonly bikes: number;
  readonly birthYear: Uint16Array;
  readonly subscriber: Uint8Array;
  /** The texts for a customer. In the month that has empty fields, one of 32 is empty. */
  readonly customers: readonly Uint8Array[];
  readonly missing: Uint8Array;
  readonly lineEnd: Uint8Array;
}

/** Writes one row at `at`. `start` is the second of the month in which the ride begins. */
function writeRide(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  start: number,
  words: Uint32Array,
  word: number,
  tables: Tables,
): number {
  const where = words[word + 1];
  const who = words[word + 2];
  const how = words[word + 3];
  const pair = tables.pair[where & (pairTableSize - 1)];
  const startStation = (pair / tables.stations) | 0;
  const seconds = rideSeconds(tables.seconds[pair], how);
  const subscriber = (who & 15) !== 0;

  let end = writeInteger(view, at, seconds);
  bytes[end++] = 0x2c;
  end = writeTime(bytes, view, end, start, tables);
  bytes[end++] = 0x2c;
  end = writeTime(bytes, view, end, start + seconds, tables);
  end = writeBytes(bytes, end, tables.station[startStation]);
  end = writeBytes(bytes, end, tables.station[pair - startStation * tables.stations]);
  bytes[end++] = 0x2c;
  end = writeInteger(view, end, 14_000 + (((who >>> 8) % tables.bikes) | 0));
  bytes[end++] = 0x2c;
  end = writeBytes(bytes, end, subscriber ? tables.subscriber : tables.customers[(who >>> 4) & 31]);
  bytes[end++] = 0x2c;
  if (subscriber) end = writeInteger(view, end, tables.birthYear[how >>> 22]);
  else end = writeBytes(bytes, end, tables.missing);
  bytes[end++] = 0x2c;
  bytes[end++] = subscriber ? 0x31 + (where >>> 29 > 5 ? 1 : 0) : 0x30;
  return writeBytes(bytes, end, tables.lineEnd);
}

/** The duration of a ride, near the typical one of its route. One ride in 128 is very long. */
function rideSeconds(typical: number, how: number): number {
  const spread = 0.7 + ((how & 1023) + ((how >>> 10) & 1023)) / 2048;
  const seconds = (typical * spread) | 0;
  const outing = ((how >>> 3) & 127) === 0 ? 1 + ((how >>> 10) & 255) : 1;
  return Math.min(Math.max(seconds * outing, 61), secondsMax);
}

/** Writes the local time `passed` seconds after the month began. */
function writeTime(bytes: Uint8Array, view: DataView, at: number, passed: number, tables: Tables): number {
  const { times, quoted, setBackAt } = tables.dialect;
  const local = passed < setBackAt ? passed : passed - 3_600;
  const day = (local / 86_400) | 0;
  const second = local - day * 86_400;
  const hour = (second / 3_600) | 0;
  const minute = ((second / 60) | 0) - hour * 60;
  let end = writeBytes(bytes, at, tables.day[day]);
  end = times === 'iso' ? writePair(view, end, hour) : writeSmall(view, end, hour);
  bytes[end++] = 0x3a;
  end = writePair(view, end, minute);
  if (times === 'american') return end;
  bytes[end++] = 0x3a;
  end = writePair(view, end, second - hour * 3_600 - minute * 60);
  if (quoted) bytes[end++] = 0x22;
  return end;
}

/**
 * Maps positions 0…rows to elapsed seconds of the month. They always increase, and faster at night. The hour that
 * clocks show twice takes two hours.
 */
function monthClock(dialect: CitibikeDialect, rows: number): (position: number) => number {
  const hours = dialect.month[2] * 24 + (dialect.setBackAt === Number.POSITIVE_INFINITY ? 0 : 1);
  const firstDay = new Date(Date.UTC(dialect.month[0], dialect.month[1] - 1, 1)).getUTCDay();
  const weights = Array.from({ length: hours }, (_, hour) => {
    const local = hour * 3_600 < dialect.setBackAt ? hour : hour - 1;
    const weekday = (firstDay + Math.floor(local / 24)) % 7;
    return (weekday === 0 || weekday === 6 ? weekendHours : workHours)[local % 24];
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let hour = 0;
  let before = 0;
  return (position) => {
    const target = (position / rows) * total;
    while (hour < hours - 1 && before + weights[hour] <= target) before += weights[hour++];
    return hour * 3_600 + Math.min(3_599, (((target - before) / weights[hour]) * 3_600) | 0);
  };
}

const workHours = [3, 2, 1, 1, 2, 8, 28, 64, 96, 54, 28, 26, 30, 30, 30, 34, 52, 86, 92, 60, 40, 28, 18, 9];
const weekendHours = [
  9, 7, 5, 3, 2, 3, 6, 12, 22, 34, 44, 50, 54, 55, 54, 52, 50, 46, 40, 32, 26, 20, 16, 12,
];

/** The header line. A dialect that quotes texts also quotes names. */
function headerBytes(dialect: CitibikeDialect): Uint8Array {
  const names = dialect.quoted ? dialect.header.map((name) => `"${name}"`) : dialect.header;
  return Buffer.from(names.join(',') + dialect.lineEnd);
}

function buildTables(dialect: CitibikeDialect, rows: number): Tables {
  const quote = dialect.quoted ? '"' : '';
  const degrees = (value: number) => String(Number(value.toFixed(dialect.coordinateDigits)));
  const stations = stationsOf(dialect.month);
  const pairs = stations.flatMap((from) => stations.map((to) => ({ from, to })));
  return {
    dialect,
    stations: stations.length,
    pair: drawTable(
      pairs.map(
        ({ from, to }) =>
          from.weight * to.weight * (from === to ? 0.4 : Math.exp(-stationDistance(from, to) / 1.2)),
      ),
      pairTableSize,
    ),
    seconds: Uint16Array.from(
      pairs,
      ({ from, to }) => 120 + (from === to ? 1_300 : stationDistance(from, to) * 290),
    ),
    station: stations.map(({ id, name, lat, lon }) =>
      Buffer.from(`,${id},${quote}${name}${quote},${degrees(lat)},${degrees(lon)}`),
    ),
    day: Array.from({ length: dialect.month[2] + 11 }, (_, day) =>
      Buffer.from(quote + dayText(dialect, day)),
    ),
    // About as many rides per bike as in a real month, within the range of the random bits for ids.
    bikes: Math.min(Math.max(20, Math.round(rows / 60)), 20_000),
    birthYear: drawTable(
      Array.from({ length: 2000 }, (_, year) => (year < 1940 ? 0 : Math.exp(-(((year - 1984) / 11) ** 2)))),
      1024,
    ),
    subscriber: Buffer.from(`${quote}Subscriber${quote}`),
    customers: Array.from({ length: 32 }, (_, i) =>
      Buffer.from(i === 0 && dialect.missing === '' ? '' : `${quote}Customer${quote}`),
    ),
    missing: Buffer.from(dialect.missing),
    lineEnd: Buffer.from(dialect.lineEnd),
  };
}

/** Day `day` (0-based) of the dialect's month and a space. */
function dayText(dialect: CitibikeDialect, day: number): string {
  const [year, month] = dialect.month;
  const date = new Date(Date.UTC(year, month - 1, 1 + day));
  if (dialect.times === 'iso') return `${date.toISOString().slice(0, 10)} `;
  return `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()} `;
}
