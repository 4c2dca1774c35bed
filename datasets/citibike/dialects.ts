/**
 * Three dialects in which months of Citi Bike's system data were published, each with one month. They differ in
 * headers, quoting, line ends, time formats and missing values.
 */

export type CitibikeVariant = 'title' | 'quoted' | 'crlf';

export interface CitibikeDialect {
  readonly header: readonly string[];
  /** Whether texts and times are quoted. */
  readonly quoted: boolean;
  readonly lineEnd: '\n' | '\r\n';
  readonly missing: string;
  /** `iso`: 2017-02-01 00:06:33; `american`: 11/1/2017 0:04. */
  readonly times: 'iso' | 'american';
  /** The number of fraction digits of coordinates. */
  readonly coordinateDigits: number;
  /** The first day of the month, and the number of its days. */
  readonly month: readonly [year: number, month: number, days: number];
  /** The elapsed second of the month at which clocks were set back an hour, or Infinity. */
  readonly setBackAt: number;
}

const words = [
  'trip duration',
  'start time',
  'stop time',
  'start station id',
  'start station name',
  'start station latitude',
  'start station longitude',
  'end station id',
  'end station name',
  'end station latitude',
  'end station longitude',
  'bike id',
  'user type',
  'birth year',
  'gender',
];
const titleCase = words.map((name) =>
  name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()).replace(/\bId\b/, 'ID'),
);
const joined = words.map((name) =>
  name.replace(/^(trip|start|stop|bike|user) (duration|time|id|type)$/, '$1$2'),
);

export const citibikeDialects: Readonly<Record<CitibikeVariant, CitibikeDialect>> = {
  title: {
    header: titleCase,
    quoted: false,
    lineEnd: '\n',
    missing: '',
    times: 'iso',
    coordinateDigits: 14,
    month: [2017, 2, 28],
    setBackAt: Number.POSITIVE_INFINITY,
  },
  quoted: {
    header: joined,
    quoted: true,
    lineEnd: '\n',
    missing: 'NULL',
    times: 'iso',
    coordinateDigits: 14,
    month: [2017, 4, 30],
    setBackAt: Number.POSITIVE_INFINITY,
  },
  crlf: {
    header: joined,
    quoted: false,
    lineEnd: '\r\n',
    missing: 'NULL',
    times: 'american',
    coordinateDigits: 8,
    month: [2017, 11, 30],
    setBackAt: 4 * 86_400 + 2 * 3_600,
  },
};
