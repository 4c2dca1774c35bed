/** Tables of every type as people write them, in every dialect and encoding, from seeds. */
import fc from 'fast-check';
import { instantText } from './support.ts';

export interface WrittenTable {
  readonly bytes: Uint8Array;
  /** As an argument of a message: how the file is written. */
  readonly dialect: Readonly<Record<string, unknown>>;
  readonly columns: readonly { readonly spelling: string; readonly type: string }[];
  /** The values that went in, row by row. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** A way to write the values of one type. */
interface Spelling {
  readonly type: string;
  readonly header?: string;
  /** Values to begin with: those that tell the spelling from others. */
  readonly telling: readonly Cell[];
  readonly cell: fc.Arbitrary<Cell>;
  /** Words for null beside the empty text. */
  readonly nulls?: readonly string[];
}

/** What stands in the file, and the value that it means. */
type Cell = readonly [text: string, value: string];

const two = (n: number) => String(n).padStart(2, '0');
const nullWords = ['NA', 'N/A', 'null', '-', '\\N'];

function grouped(digits: string, mark: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, mark);
}

/** Hundredths as an amount. */
function amounts(write: (whole: string, cents: string, negative: boolean) => string): Spelling {
  const of = (hundredths: number): Cell => {
    const size = String(Math.abs(hundredths)).padStart(3, '0');
    const [whole, cents] = [size.slice(0, -2), size.slice(-2)];
    const sign = hundredths < 0 ? '-' : '';
    return [write(whole, cents, hundredths < 0), `${sign}${whole}.${cents}`];
  };
  return {
    type: 'numeric',
    telling: [of(123_456_725), of(-250), of(1275)],
    cell: fc.integer({ min: -999_999_999, max: 999_999_999 }).map(of),
    nulls: nullWords,
  };
}
const signed = (negative: boolean, text: string) => (negative ? `-${text}` : text);

interface Day {
  readonly y: number;
  readonly m: number;
  readonly d: number;
}

const day: fc.Arbitrary<Day> = fc
  .integer({ min: 0, max: 20_000 })
  .map((days) => new Date(Date.UTC(1990, 0, 1 + (days % 15_000))))
  .map((at) => ({ y: at.getUTCFullYear(), m: at.getUTCMonth() + 1, d: at.getUTCDate() }));
/** A day above 12, and one of one digit. */
const tellingDays: readonly Day[] = [
  { y: 2023, m: 3, d: 31 },
  { y: 2019, m: 10, d: 4 },
];
const isoDay = ({ y, m, d }: Day) => `${y}-${two(m)}-${two(d)}`;

function dates(write: (day: Day) => string): Spelling {
  const of = (one: Day): Cell => [write(one), isoDay(one)];
  return { type: 'date', telling: tellingDays.map(of), cell: day.map(of), nulls: nullWords };
}

function months(language: string, form: 'long' | 'short'): (m: number) => string {
  const format = new Intl.DateTimeFormat(language, { month: form, day: 'numeric', timeZone: 'UTC' });
  return (m) =>
    format
      .formatToParts(Date.UTC(2024, m - 1, 1))
      .find(({ type }) => type === 'month')!
      .value.replace('.', '');
}
const english = months('en', 'long');
const englishShort = months('en', 'short');

/** `unit`: milliseconds that the spelling tells apart. */
function instants(unit: number, write: (at: Date) => string, header?: string): Spelling {
  const of = (ms: number): Cell => {
    const at = new Date(Math.floor(ms / unit) * unit);
    return [write(at), instantText(BigInt(at.getTime()) * 1000n)];
  };
  return {
    type: 'timestamp',
    ...(header !== undefined && { header }),
    telling: [of(Date.UTC(2023, 2, 31, 13, 45, 59, 123)), of(Date.UTC(2019, 9, 4, 1, 2, 3, 4))],
    cell: fc.integer({ min: Date.UTC(2001, 9, 9), max: Date.UTC(2033, 0, 1) }).map(of),
    nulls: nullWords,
  };
}
const parts = (at: Date) => ({
  ...{ y: at.getUTCFullYear(), m: at.getUTCMonth() + 1, d: at.getUTCDate() },
  ...{ h: at.getUTCHours(), min: at.getUTCMinutes(), s: at.getUTCSeconds() },
});

function words(yes: string, no: string): Spelling {
  return {
    type: 'boolean',
    telling: [
      [yes, 'true'],
      [no, 'false'],
    ],
    cell: fc.boolean().map((is): Cell => (is ? [yes, 'true'] : [no, 'false'])),
  };
}

const latin = ['Zoë', 'naïve', 'Straße', 'Ünder'];
const cyrillic = ['Анна', 'Москва', 'привет', 'щука'];
const anyScript = [...latin, ...cyrillic, '東京', '😀 ok', 'שלום'];
const signs = ['a "quoted" word', 'x, y', 'semi; colon', 'pipe | d', "it's", 'tab\there', 'line\nbreak'];
const plain = ['foo', 'Bar baz', 'NA', 'None', '-', '12', '2024-01-01', 'true', 'x=1', '#1', '50%'];

function texts(more: readonly string[]): Spelling {
  const word = fc.constantFrom(...plain, ...signs, ...more);
  const cell = fc.array(word, { minLength: 1, maxLength: 3 }).map((all): Cell => {
    const text = all.join(' ');
    return [text, text];
  });
  return {
    type: 'text',
    telling: [
      ['some text', 'some text'],
      [more[0], more[0]],
    ],
    cell,
  };
}

const point = fc.tuple(fc.integer({ min: -1400, max: 1400 }), fc.integer({ min: -700, max: 700 }));

function spellings(more: readonly string[], currency: string): Readonly<Record<string, Spelling>> {
  const integers = (min: bigint, max: bigint, telling: string[], type: string): Spelling => ({
    type,
    telling: telling.map((text): Cell => [text, text]),
    cell: fc.bigInt({ min, max }).map((n): Cell => [String(n), String(n)]),
    nulls: nullWords,
  });
  const at = parts;
  return {
    integer: integers(-999_999n, 999_999n, ['-5', '123456'], 'integer'),
    bigint: integers(-(2n ** 62n), 2n ** 62n, ['-9007199254740993', '4611686018427387000'], 'bigint'),
    'numeric, point': amounts((whole, cents, negative) => signed(negative, `${whole}.${cents}`)),
    'numeric, comma': amounts((whole, cents, negative) => signed(negative, `${whole},${cents}`)),
    'numeric, 1.234,50': amounts((w, cents, negative) => signed(negative, `${grouped(w, '.')},${cents}`)),
    'numeric, 1,234.50': amounts((w, cents, negative) => signed(negative, `${grouped(w, ',')}.${cents}`)),
    'numeric, 1 234,50': amounts((w, cents, negative) => signed(negative, `${grouped(w, ' ')},${cents}`)),
    "numeric, 1'234.50": amounts((w, cents, negative) => signed(negative, `${grouped(w, "'")}.${cents}`)),
    'numeric, currency before': amounts((w, cents, negative) =>
      signed(negative, `$${grouped(w, ',')}.${cents}`),
    ),
    'numeric, currency after': amounts((w, cents, negative) =>
      signed(negative, `${grouped(w, '.')},${cents} ${currency}`),
    ),
    'numeric, percent': amounts((w, cents, negative) => signed(negative, `${w}.${cents}%`)),
    'numeric, parentheses': amounts((w, cents, negative) => (negative ? `(${w}.${cents})` : `${w}.${cents}`)),
    'numeric, minus behind': amounts((w, cents, negative) => `${w}.${cents}${negative ? '-' : ''}`),
    float8: {
      type: 'float8',
      telling: [
        ['1.25e-7', '1.25e-7'],
        ['-2.5', '-2.5'],
      ],
      cell: fc
        .double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 })
        .filter((n) => String(n).includes('.') && Math.abs(n) > 1e-30)
        .map((n): Cell => [String(n), String(n)]),
      nulls: nullWords,
    },
    'boolean, true': words('true', 'false'),
    'boolean, Yes': words('Yes', 'No'),
    'boolean, Y': words('Y', 'N'),
    'date, 2024-01-31': dates(isoDay),
    'date, 31.01.2024': dates(({ y, m, d }) => `${two(d)}.${two(m)}.${y}`),
    'date, 01/31/2024': dates(({ y, m, d }) => `${two(m)}/${two(d)}/${y}`),
    'date, 31/1/2024': dates(({ y, m, d }) => `${d}/${m}/${y}`),
    'date, 20240131': dates(({ y, m, d }) => `${y}${two(m)}${two(d)}`),
    'date, 31-Jan-2024': dates(({ y, m, d }) => `${two(d)}-${englishShort(m)}-${y}`),
    'date, January 31, 2024': dates(({ y, m, d }) => `${english(m)} ${d}, ${y}`),
    'timestamp, 2024-01-31 13:00:59': instants(1000, (t) => t.toISOString().slice(0, 19).replace('T', ' ')),
    'timestamp, Z': instants(1, (t) => t.toISOString()),
    'timestamp, +02:00': instants(1000, (t) => {
      const local = new Date(t.getTime() + 7_200_000).toISOString().slice(0, 19);
      return `${local}+02:00`;
    }),
    'timestamp, 31/01/2024 13:00': instants(60_000, (t) => {
      const { y, m, d, h, min } = at(t);
      return `${two(d)}/${two(m)}/${y} ${two(h)}:${two(min)}`;
    }),
    'timestamp, 1/31/2024 1:00 PM': instants(60_000, (t) => {
      const { y, m, d, h, min } = at(t);
      return `${m}/${d}/${y} ${h % 12 || 12}:${two(min)} ${h < 12 ? 'AM' : 'PM'}`;
    }),
    'timestamp, epoch s': instants(1000, (t) => String(t.getTime() / 1000), 'created_at'),
    'timestamp, epoch ms': instants(1, (t) => String(t.getTime()), 'changed_at'),
    time: {
      type: 'time',
      telling: [
        ['23:59:58', '23:59:58'],
        ['00:00:00', '00:00:00'],
      ],
      cell: fc.integer({ min: 0, max: 86_399 }).map((s): Cell => {
        const text = [s / 3600, (s / 60) % 60, s % 60].map((n) => two(Math.trunc(n))).join(':');
        return [text, text];
      }),
      header: 'start_time',
    },
    interval: {
      type: 'interval',
      telling: [['126:30:05', '126:30:05']],
      cell: fc.integer({ min: 0, max: 900_000 }).map((s): Cell => {
        const text = `${Math.trunc(s / 3600)}:${two(Math.trunc(s / 60) % 60)}:${two(s % 60)}`;
        return [text, text];
      }),
    },
    uuid: { type: 'uuid', telling: [], cell: fc.uuid().map((id): Cell => [id.toUpperCase(), id]) },
    json: {
      type: 'json',
      telling: [['{"a": 1, "b": [true, null, "x, y"]}', '{"a":1,"b":[true,null,"x, y"]}']],
      cell: fc
        .dictionary(fc.constantFrom('a', 'b', 'key'), fc.oneof(fc.integer(), fc.constantFrom('x', 'y;z')))
        .map((value): Cell => [JSON.stringify(value), JSON.stringify(value)]),
    },
    point: {
      type: 'point',
      telling: [],
      cell: point.map(([x, y]): Cell => [`POINT (${x / 8} ${y / 8})`, `(${x / 8},${y / 8})`]),
    },
    text: texts(more),
    'text, codes': {
      type: 'text',
      telling: [['01067', '01067']],
      cell: fc.integer({ min: 0, max: 99_999 }).map((n): Cell => {
        const text = String(n).padStart(5, '0');
        return [text, text];
      }),
    },
  };
}

/** Without a name, numbers of seconds are numbers. */
function unnamed(spelling: Spelling): Spelling {
  if (spelling.type !== 'timestamp' || spelling.header === undefined) return spelling;
  const itself = ([text]: Cell): Cell => [text, text];
  return {
    ...spelling,
    type: 'bigint',
    telling: spelling.telling.map(itself),
    cell: spelling.cell.map(itself),
  };
}

interface Encoding {
  readonly name: string;
  readonly write: (text: string) => Uint8Array;
  readonly scripts: readonly string[];
  readonly currency: string;
}

/** `high`: the characters of the bytes from 0x80 on that the tables use. */
function oneByte(name: string): (text: string) => Uint8Array {
  const all = new TextDecoder(name).decode(Uint8Array.from({ length: 256 }, (_, i) => i));
  const codes = new Map([...all].map((character, code) => [character, code]));
  return (text) =>
    Uint8Array.from([...text], (character) => {
      const code = codes.get(character);
      if (code === undefined) throw new Error(`${name} has no ${JSON.stringify(character)}`);
      return code;
    });
}

const encodings: readonly Encoding[] = [
  { name: 'utf-8', write: (text) => Buffer.from(text), scripts: anyScript, currency: '€' },
  {
    name: 'utf-8 with a mark',
    write: (text) => Buffer.from(`\u{feff}${text}`),
    scripts: anyScript,
    currency: '€',
  },
  {
    name: 'utf-16le',
    write: (text) => Buffer.from(`\u{feff}${text}`, 'utf16le'),
    scripts: anyScript,
    currency: '€',
  },
  { name: 'windows-1252', write: oneByte('windows-1252'), scripts: latin, currency: 'EUR' },
  { name: 'windows-1251', write: oneByte('windows-1251'), scripts: cyrillic, currency: 'EUR' },
];

const names = Object.keys(spellings(anyScript, '€'));

const dialects = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quote: fc.constantFrom('"', '"', '"', "'"),
  escape: fc.constantFrom('doubled', 'doubled', 'backslash'),
  quoted: fc.constantFrom('needed', 'needed', 'all'),
  lineEnd: fc.constantFrom('\n', '\n', '\r\n', '\r'),
  preamble: fc.constantFrom(0, 0, 0, 2),
  header: fc.constantFrom(true, true, true, false),
  trim: fc.constantFrom(false, false, false, true),
  lastLineEnd: fc.boolean(),
});
type Dialect = typeof dialects extends fc.Arbitrary<infer D> ? D : never;

/** A table with a column of ids and one to five others. */
export const writtenTable: fc.Arbitrary<WrittenTable> = fc
  .record({
    encoding: fc.constantFrom(...encodings),
    dialect: dialects,
    chosen: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 5 }),
    count: fc.integer({ min: 4, max: 30 }),
  })
  .chain(({ encoding, dialect, chosen, count }) => {
    const all = spellings(encoding.scripts, encoding.currency);
    const columns = chosen.map((name) => (dialect.header ? all[name] : unnamed(all[name])));
    const cells = columns.map((column) =>
      fc.array(
        fc.oneof(
          { weight: 8, arbitrary: column.cell },
          {
            weight: 1,
            arbitrary: fc
              .constantFrom('', ...(column.nulls ?? []).slice(0, 1))
              .map((text) => [text, null] as const),
          },
        ),
        { minLength: count, maxLength: count },
      ),
    );
    return fc.tuple(...cells).map((values): WrittenTable => {
      const body = values.map((column, c) => [...columns[c].telling, ...column].slice(0, count));
      const rows = Array.from({ length: count }, (_, r) => [
        [`${r + 1}`, `${r + 1}`] as const,
        ...body.map((column) => column[r]),
      ]);
      const header = ['id', ...columns.map(({ header }, c) => header ?? `col ${'abcdef'[c]}`)];
      const text = fileText(
        header,
        rows.map((row) => row.map(([written]) => written)),
        dialect,
      );
      return {
        bytes: encoding.write(text),
        dialect: { encoding: encoding.name, ...dialect },
        columns: [
          { spelling: 'id', type: 'integer' },
          ...columns.map(({ type }, c) => ({ spelling: chosen[c], type })),
        ],
        rows: rows.map((row) => row.map(([, value]) => value)),
      };
    });
  });

function fileText(header: readonly string[], rows: readonly (readonly string[])[], dialect: Dialect): string {
  const { delimiter, quote, quoted, preamble, trim, lastLineEnd } = dialect;
  // A line break within a field would be taken for the end of a line that CR ends.
  const lineEnd =
    dialect.lineEnd === '\r' && rows.some((row) => row.some((text) => text.includes('\n')))
      ? '\n'
      : dialect.lineEnd;
  const field = (text: string) => {
    const special =
      [delimiter, quote, '\n', '\r'].some((sign) => text.includes(sign)) || /^\s|\s$/.test(text);
    if (quoted === 'needed' && !special) return text;
    return `${quote}${text.replaceAll(quote, dialect.escape === 'doubled' ? quote + quote : `\\${quote}`)}${quote}`;
  };
  const between = trim && delimiter !== '\t' ? `${delimiter} ` : delimiter;
  const lines = [...(dialect.header ? [header] : []), ...rows].map((row) => row.map(field).join(between));
  const above = dialect.header ? ['Report of the shop', 'for all days'].slice(0, preamble) : [];
  return [...above, ...lines].join(lineEnd) + (lastLineEnd ? lineEnd : '');
}
