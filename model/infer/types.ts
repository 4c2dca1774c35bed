/** Which type every value of a sampled column fits, and what the definition should say of it. */

export interface Guess {
  /** Builder call as source text: `timestamp({ … })`. */
  readonly source: string;
  readonly type:
    | 'text'
    | 'integer'
    | 'bigint'
    | 'float8'
    | 'boolean'
    | 'date'
    | 'timestamp'
    | 'uuid'
    | 'point'
    | 'json';
  /** What a person should look at. */
  readonly note?: string;
  /** Distinct values in the sample. */
  readonly distinct: number;
}

/** Texts that usually mean null. */
const nullTokens = ['', 'NULL', 'null', 'NA', 'N/A', '\\N', 'None', 'NaN', '-'];

interface TimeFormat {
  readonly format: string;
  readonly shape: RegExp;
}

const dateFormats: readonly TimeFormat[] = [
  { format: 'yyyy-MM-dd', shape: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/ },
  { format: 'yyyy/MM/dd', shape: /^\d{4}\/(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])$/ },
  { format: 'M/d/yyyy', shape: /^(0?[1-9]|1[0-2])\/(0?[1-9]|[12]\d|3[01])\/\d{4}$/ },
  { format: 'd/M/yyyy', shape: /^(0?[1-9]|[12]\d|3[01])\/(0?[1-9]|1[0-2])\/\d{4}$/ },
  { format: 'dd.MM.yyyy', shape: /^(0[1-9]|[12]\d|3[01])\.(0[1-9]|1[0-2])\.\d{4}$/ },
];

const clocks: readonly TimeFormat[] = [
  { format: 'H:mm', shape: /^([01]?\d|2[0-3]):[0-5]\d$/ },
  { format: 'HH:mm:ss', shape: /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/ },
  { format: 'H:mm:ss', shape: /^([01]?\d|2[0-3]):[0-5]\d:[0-5]\d$/ },
  { format: 'HH:mm:ss.SSSSSS', shape: /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{1,6}$/ },
];

/** Day, then a space or a T, then a time, then perhaps an offset. */
const instant = /^(\S+?)([ T])(\d[\d:.]*)(Z|[+-]\d\d:?\d\d)?$/;

/** Guesses the type of one column from its sampled values. */
export function guessType(values: readonly string[]): Guess {
  const nulls = nullTokens.filter((token) => values.includes(token));
  const present = values.filter((value) => !nulls.includes(value));
  const distinct = new Set(present).size;
  const options = [
    ...(nulls.length === 0 && present.length > 0 ? ['required: true'] : []),
    ...(nulls.some((token) => token !== '')
      ? [`nulls: [${nulls.map((token) => quote(token)).join(', ')}]`]
      : []),
  ];
  const guess = (type: Guess['type'], more: readonly string[] = [], note?: string): Guess => {
    const said = [...options, ...more];
    return {
      type,
      source: `${type}(${said.length > 0 ? `{ ${said.join(', ')} }` : ''})`,
      distinct,
      ...(note && { note }),
    };
  };
  if (present.length === 0) return guess('text', [], 'no value in the sample');
  const all = (shape: RegExp) => present.every((value) => shape.test(value));
  if (all(/^[+-]?\d{1,18}$/) && !present.some((value) => /^[+-]?0\d/.test(value)))
    return guess(wholeType(present));
  if (all(/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/) && !present.some((value) => /^0\d/.test(value)))
    return guess('float8');
  if (all(/^(true|false|t|f|yes|no|y|n)$/i)) return guess('boolean');
  if (all(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i)) return guess('uuid');
  if (all(/^point\s*\(\s*\S+\s+\S+\s*\)$/i)) return guess('point');
  if (all(/^-?\d{1,2}\.\d+\s*,\s*-?\d{1,3}\.\d+$/)) return guess('point', [`form: 'latlon'`]);
  if (present.every(isJson)) return guess('json');
  const day = formatsThatFit(present, dateFormats);
  if (day.length > 0) return guess('date', [`formats: [${quote(day[0].format)}]`], dayMonthNote(day));
  return guessTimestamp(present, guess) ?? guess('text');
}

function wholeType(present: readonly string[]): 'integer' | 'bigint' {
  return present.every((value) => Math.abs(Number(value)) < 2 ** 31) ? 'integer' : 'bigint';
}

function isJson(value: string): boolean {
  if (!/^\s*[{[]/.test(value)) return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

type Build = (type: Guess['type'], more: readonly string[], note?: string) => Guess;

function guessTimestamp(present: readonly string[], guess: Build): Guess | null {
  const parts = present.map((value) => instant.exec(value));
  if (parts.some((part) => part === null)) return null;
  const split = parts as RegExpExecArray[];
  const days = formatsThatFit(
    split.map((part) => part[1]),
    dateFormats,
  );
  const times = clocks.filter(({ shape }) => split.every((part) => shape.test(part[3])));
  const separator = split[0][2];
  const offset = split[0][4] !== undefined;
  if (days.length === 0 || times.length === 0) return null;
  if (split.some((part) => part[2] !== separator || (part[4] !== undefined) !== offset)) return null;
  const format = `${days[0].format}${separator}${times[0].format}${offset ? 'X' : ''}`;
  const zone = offset ? [] : [`zone: 'UTC'`];
  const notes = [dayMonthNote(days), offset ? undefined : 'the file does not say its zone'].filter(
    (note) => note !== undefined,
  );
  return guess(
    'timestamp',
    [`formats: [${quote(format)}]`, ...zone],
    notes.length > 0 ? notes.join('; ') : undefined,
  );
}

function formatsThatFit(values: readonly string[], formats: readonly TimeFormat[]): readonly TimeFormat[] {
  return formats.filter(({ shape }) => values.every((value) => shape.test(value)));
}

function dayMonthNote(fits: readonly TimeFormat[]): string | undefined {
  return fits.length > 1 ? `the sample also fits ${fits[1].format}` : undefined;
}

/** A TypeScript string literal. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')}'`;
}
