/** JSON, checked to be something that PostgreSQL's jsonb can hold, and stored as it is written. */
import { RejectReason } from '../../kernel/types.ts';
import { utf8Builder } from '../enrich/vector-builder.ts';
import {
  type ColumnOf,
  type ColumnOptions,
  columnOptionNames,
  type Plain,
  plainColumn,
} from './column-options.ts';
import { type ColumnType, type Converter, Refusal, storedText } from './column-type.ts';
import { textAt } from './text.ts';

/** JSON, checked, and stored as it is written. */
export const json = (options?: ColumnOptions): ColumnOf<Plain<'json'>> => plainColumn('json', options);

const outOfRange = new Refusal(RejectReason.range);

export const jsonConverter: Converter = (text) => {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return isPlain(text) || fitsJsonb(text) ? text : outOfRange;
};

/** True for texts without \u escapes and large exponents that are too short for deep nesting. */
function isPlain(text: string): boolean {
  return text.length <= 2 * depthMost && !/\\u|[eE][+-]?\d{4}/.test(text);
}

/** Deepest nesting of arrays and objects. PostgreSQL runs out of stack at about 6,000. */
const depthMost = 1000;
/** Most digits of a number before and after the point: numeric's limits are 131,072 and 16,383. */
const wholeDigitsMost = 131_072;
const fractionDigitsMost = 16_383;

/** A string, a number, a bracket. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?|[[{]|[\]}]/g;

function fitsJsonb(text: string): boolean {
  let depth = 0;
  for (const [token, whole, fraction = '', exponent = '0'] of text.matchAll(tokens)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    else if (whole === undefined && !isStorable(token)) return false;
    const shift = Number(exponent);
    if (depth > depthMost) return false;
    if (whole !== undefined && whole.length + shift > wholeDigitsMost) return false;
    if (whole !== undefined && fraction.length - shift > fractionDigitsMost) return false;
  }
  return true;
}

/** True for a string without NUL and unpaired surrogates: PostgreSQL cannot store either in a text. */
function isStorable(string: string): boolean {
  const value: string = string.includes('\\u') ? JSON.parse(string) : '';
  return !value.includes('\0') && !/\p{Surrogate}/u.test(value);
}

/** What `compute` gives, if a column would take it. */
function storedJson(value: unknown): unknown {
  const text = storedText(value);
  const json = text === undefined ? undefined : jsonConverter(text);
  return json instanceof Refusal ? undefined : json;
}

export const jsonType: ColumnType<Plain<'json'>, 'utf8', string, 'computed'> = {
  options: columnOptionNames,
  read: () => ({ type: { kind: 'utf8' }, convert: jsonConverter }),
  faults: () => [],
  bound: null,
  words: () => 'json',
  // Objects and arrays only: a number or a string may not be meant as JSON.
  propose: (values) => {
    const misfits = values.misfits((value) => /^\s*[{[]/.test(value) && jsonConverter(value) === value);
    return misfits === null ? null : { options: {}, misfits, remarks: [] };
  },

  value: (vector, _, row) => textAt(vector, row),
  text: (vector, _, row) => textAt(vector, row),
  build: utf8Builder,

  sql: () => 'jsonb',
  copy: { utf8: 'jsonb' },
  parquet: () => ({ physical: 'byteArray', annotation: { kind: 'json' } }),

  // Equal values may be written differently.
  key: null,
  member: null,
  partition: null,
  computed: {
    logical: { type: 'json' },
    stored: storedJson,
  },
  day: null,
  parts: null,
};
