/**
 * Generates synthetic vehicle trips of 2018 as CSV: cities with clusters of homes and work places, commuting in the
 * rush hours, quiet Sundays. The same rows and seed give the same bytes on every machine.
 */
import { drawTable, fillRandom, seedRandom } from '../random.ts';
import { rowBuffers } from '../row-buffers.ts';
import { writeBytes, writeDegrees, writePair } from '../text.ts';
import { cities, clustersOf, datasources } from './cities.ts';

export interface TripsOptions {
  readonly rows: number;
  /** Any finite number. Default: 1. */
  readonly seed?: number;
}

const header = Buffer.from('region,origin_coord,destination_coord,datetime,datasource\n');
/** The most bytes of a row. */
const rowBytesMax = 256;
const wordsPerRow = 10;
const point = Buffer.from('POINT (');

/** Times of day, each with its own pairs of origin and destination clusters. */
const moods = { night: 0, morning: 1, midday: 2, evening: 3 } as const;
const clusterCount = clustersOf(0).length;
const pairTableSize = 1024;

/**
 * Buffers of about 1 MiB, each a whole number of rows, the header first. The caller owns each buffer.
 * Rows are in random order, as in the combined exports of several apps.
 */
export function* generateTrips(options: TripsOptions): Generator<Buffer, void, undefined> {
  const tables = buildTables();
  const state = seedRandom(options.seed ?? 1);
  const words = new Uint32Array(wordsPerRow * 1024);
  let word = words.length;
  let row = 0;
  yield* rowBuffers(header, rowBytesMax, (bytes, view, at, last) => {
    let end = at;
    for (; row < options.rows && end <= last; row++) {
      if (word === words.length) {
        fillRandom(state, words);
        word = 0;
      }
      end = writeTrip(bytes, view, end, words, word, tables);
      word += wordsPerRow;
    }
    return end;
  });
}

interface Tables {
  /** The name of each city and the start of its first point: `Prague,POINT (`. */
  readonly openings: readonly Uint8Array[];
  /** `,funny_car\n` */
  readonly endings: readonly Uint8Array[];
  readonly city: Uint16Array;
  readonly datasource: Uint16Array;
  /** Day of the year. */
  readonly day: Uint16Array;
  /** For each day, `2018-05-28 ` as three words. The last byte is overwritten. */
  readonly dayText: Uint32Array;
  /** 1 on Saturdays and Sundays. */
  readonly weekend: Uint8Array;
  /** The quarter hour of the day, for work days and for weekends. */
  readonly quarter: readonly [Uint16Array, Uint16Array];
  readonly mood: Uint8Array;
  /** For each time of day, origin × clusterCount + destination. */
  readonly pair: readonly Uint16Array[];
  /** For each city and cluster: |lon|, |lat| and spread in units of 10⁻⁷ degrees. */
  readonly cluster: Int32Array;
  /** For each city: 1 if lon (2i) or lat (2i + 1) is negative. */
  readonly negative: Uint8Array;
}

/** Writes one row at `at` from `wordsPerRow` random words. Returns the position after it. */
function writeTrip(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  words: Uint32Array,
  word: number,
  tables: Tables,
): number {
  const what = words[word];
  const when = words[word + 1];
  const city = tables.city[what & 4095];
  const day = tables.day[when & 16383];
  const second =
    (tables.quarter[tables.weekend[day]][(when >>> 14) & 4095] * 900 + ((what >>> 22) * 900) / 1024) | 0;
  const hour = (second / 3600) | 0;
  const pair = tables.pair[tables.mood[hour]][(what >>> 12) & (pairTableSize - 1)];
  const origin = (pair / clusterCount) | 0;
  const tail = 1 + ((when >>> 26) & 7);

  let end = writeBytes(bytes, at, tables.openings[city]);
  end = writePoint(bytes, view, end, words, word + 2, tables, city, origin, tail);
  view.setUint16(end, 0x2c29, true); // '),'
  end = writeBytes(bytes, end + 2, point);
  end = writePoint(bytes, view, end, words, word + 6, tables, city, pair - origin * clusterCount, 9 - tail);
  view.setUint16(end, 0x2c29, true);
  end += 2;

  const minute = ((second / 60) | 0) - hour * 60;
  view.setUint32(end, tables.dayText[day * 3], true);
  view.setUint32(end + 4, tables.dayText[day * 3 + 1], true);
  view.setUint32(end + 8, tables.dayText[day * 3 + 2], true);
  writePair(view, end + 11, hour);
  view.setUint8(end + 13, 0x3a);
  writePair(view, end + 14, minute);
  view.setUint8(end + 16, 0x3a);
  writePair(view, end + 17, second - hour * 3600 - minute * 60);
  // The low bits of a word that becomes digits only affect the last digit, so they can be used twice.
  return writeBytes(bytes, end + 19, tables.endings[tables.datasource[words[word + 3] & 1023]]);
}

/** Writes `lon lat` of a point near a cluster, from four random words. */
function writePoint(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  words: Uint32Array,
  word: number,
  tables: Tables,
  city: number,
  cluster: number,
  tail: number,
): number {
  const place = (city * clusterCount + cluster) * 3;
  const spread = tables.cluster[place + 2];
  let end = at;
  if (tables.negative[city * 2] !== 0) bytes[end++] = 0x2d;
  end = writeScattered(view, end, tables.cluster[place], spread, words[word], words[word + 1], tail);
  bytes[end++] = 0x20;
  if (tables.negative[city * 2 + 1] !== 0) bytes[end++] = 0x2d;
  return writeScattered(view, end, tables.cluster[place + 1], spread, words[word + 2], words[word + 3], tail);
}

/**
 * Writes a coordinate with an approximately normal distribution around `centre` (10⁻⁷ degrees): the sum of three
 * uniform draws in steps of a thousandth of the spread. The digits within a step come from `fine`.
 */
function writeScattered(
  view: DataView,
  at: number,
  centre: number,
  spread: number,
  coarse: number,
  fine: number,
  tail: number,
): number {
  const bell = (coarse & 2047) + ((coarse >>> 11) & 2047) + ((coarse >>> 22) << 1) - 3070;
  const digits = (fine * 0.186) | 0; // 0 … 798,000,000
  const jitter = (digits / 10_000_000) | 0;
  const whole = centre + (((bell * spread) / 1024) | 0) + jitter;
  return writeDegrees(view, at, whole, digits - jitter * 10_000_000, tail);
}

function buildTables(): Tables {
  const maps = cities.map((_, index) => clustersOf(index * 0.7));
  const units = (degrees: number) => Math.round(degrees * 10_000_000);
  const cluster = cities.flatMap((city, index) =>
    maps[index].flatMap(({ lon, lat, spread }) => [
      Math.abs(units(city.lon + lon)),
      Math.abs(units(city.lat + lat)),
      units(spread),
    ]),
  );
  const days = Array.from({ length: 365 }, (_, day) => new Date(Date.UTC(2018, 0, 1 + day)));
  return {
    openings: cities.map((city) => Buffer.from(`${city.name},POINT (`)),
    endings: datasources.map((name) => Buffer.from(`,${name}\n`)),
    city: drawTable(
      cities.map((city) => city.weight),
      4096,
    ),
    datasource: drawTable([18, 14, 34, 13, 21], 1024),
    day: drawTable(days.map(dayWeight), 16384),
    dayText: dayTexts(days),
    weekend: Uint8Array.from(days, (day) => (isWeekend(day) ? 1 : 0)),
    quarter: [drawTable(quarterWeights(workHours), 4096), drawTable(quarterWeights(weekendHours), 4096)],
    mood: Uint8Array.from({ length: 24 }, (_, hour) => moodOf(hour)),
    pair: Object.values(moods).map(pairTable),
    cluster: Int32Array.from(cluster),
    negative: Uint8Array.from(cities.flatMap((city) => [city.lon < 0 ? 1 : 0, city.lat < 0 ? 1 : 0])),
  };
}

/** Weights of the hours of a work day, with two rush hours, and of a weekend, with one long afternoon. */
const workHours = [6, 3, 2, 2, 4, 12, 34, 72, 88, 58, 40, 38, 44, 42, 40, 48, 68, 92, 84, 56, 40, 30, 22, 13];
const weekendHours = [
  24, 18, 13, 8, 5, 5, 8, 13, 22, 34, 46, 54, 58, 58, 56, 54, 54, 55, 56, 52, 46, 42, 40, 34,
];

function isWeekend(day: Date): boolean {
  return day.getUTCDay() === 0 || day.getUTCDay() === 6;
}

/** The weight of a day: quiet Sundays, busy Fridays, holidays in August and at the end of the year. */
function dayWeight(day: Date): number {
  const ofWeek = [58, 98, 100, 101, 104, 112, 76][day.getUTCDay()];
  const ofMonth = [90, 93, 98, 101, 106, 107, 97, 82, 105, 108, 103, 92][day.getUTCMonth()];
  const yearEnd = day.getUTCMonth() === 11 && day.getUTCDate() > 22 ? 0.6 : 1;
  return ofWeek * ofMonth * yearEnd;
}

/** The weights of hours, interpolated for quarter hours. */
function quarterWeights(hours: readonly number[]): number[] {
  return Array.from({ length: 96 }, (_, quarter) => {
    const hour = quarter >> 2;
    const lean = ((quarter & 3) - 1.5) / 4;
    const neighbour = hours[(hour + (lean < 0 ? 23 : 1)) % 24];
    return hours[hour] * (1 - Math.abs(lean)) + neighbour * Math.abs(lean);
  });
}

function dayTexts(days: readonly Date[]): Uint32Array {
  const text = new Uint32Array(days.length * 3);
  const bytes = Buffer.from(text.buffer);
  for (const [index, day] of days.entries()) {
    bytes.write(`${day.toISOString().slice(0, 10)}  `, index * 12, 'latin1');
  }
  return text;
}

function moodOf(hour: number): number {
  if (hour < 5 || hour >= 21) return moods.night;
  if (hour < 11) return moods.morning;
  return hour < 16 ? moods.midday : moods.evening;
}

/** The weights of pairs of clusters: home to work in the morning, back in the evening, out and home at night. */
function pairTable(mood: number): Uint16Array {
  const places = clustersOf(0);
  const weights = places.flatMap((from) =>
    places.map((to) => {
      const commute = from.home * to.work;
      const back = from.work * to.home;
      const outing = from.home * to.leisure + from.leisure * to.home + from.work * to.leisure * 0.5;
      if (mood === moods.morning) return commute + outing * 0.1 + 1;
      if (mood === moods.evening) return back + outing * 0.5 + 1;
      return mood === moods.midday ? outing + (commute + back) * 0.3 + 2 : outing + 2;
    }),
  );
  return drawTable(weights, pairTableSize);
}
