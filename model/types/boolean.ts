/** Booleans. The kernel reads the usual words; the model converts the words of a definition. */

import { builderOf, type VectorBuilder } from '../enrich/vector-builder.ts';
import { proposeBoolean } from '../infer/guess/truth-words.ts';
import { list } from '../words.ts';
import {
  type AnyColumnOptions,
  type ColumnOf,
  type ColumnOptions,
  columnOptionNames,
  type OptionNames,
  type Plain,
  plainColumn,
} from './column-options.ts';
import {
  type ColumnType,
  type Converter,
  type Fault,
  type Reading,
  storedBoolean,
  type VectorOf,
} from './column-type.ts';

export interface BooleanOptions extends ColumnOptions {
  /** Texts that mean true and false, in any case, instead of the usual words. Give both or neither. */
  readonly true?: readonly string[];
  readonly false?: readonly string[];
}

/** true/false, t/f, yes/no, y/n, on/off, 1/0, да/нет, in any case. */
export const boolean = (options?: BooleanOptions): ColumnOf<Plain<'boolean'>> =>
  plainColumn('boolean', options);

/** The form in which words are compared: case and Unicode composition do not matter. */
function foldedWord(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** Text → boolean, by the words of a definition. */
export function booleanConverter(yes: readonly string[], no: readonly string[]): Converter {
  const words = new Map<string, boolean>();
  for (const word of yes) words.set(foldedWord(word), true);
  for (const word of no) words.set(foldedWord(word), false);
  return (text) => words.get(foldedWord(text));
}

function readingOf(options: AnyColumnOptions): Reading {
  if (options.true === undefined) return { type: { kind: 'boolean' } };
  const words = { true: options.true, false: options.false ?? [] };
  // There are few words, and a dictionary converts each once per batch.
  return {
    type: { kind: 'dictionary' },
    convert: booleanConverter(words.true, words.false),
    reading: words,
  };
}

function faultsOf(options: AnyColumnOptions): readonly Fault[] {
  if (options.true === undefined && options.false === undefined) return [];
  const [yes, no] = [options.true ?? [], options.false ?? []].map((words) => words.map(foldedWord));
  const faults: Fault[] = [];
  if (yes.length === 0 || no.length === 0) {
    const what = 'it has words for only one of true and false';
    faults.push({ at: '', what, fix: "Say both: true: ['ja'], false: ['nein']" });
  }
  const both = yes.filter((word) => no.includes(word));
  if (both.length > 0) {
    faults.push({
      at: '',
      what: `${list(both)} means both true and false`,
      fix: 'Remove it from one of them',
    });
  }
  return faults;
}

function booleanBuilder(rows: number): VectorBuilder {
  const values = new Uint8Array(rows);
  const store = (i: number, value: boolean) => {
    values[i] = Number(value);
  };
  return builderOf(rows, store, (rest) => ({ kind: 'boolean', values, ...rest }));
}

function booleanText({ values }: VectorOf<'boolean'>, _: Plain<'boolean'>, row: number): string {
  return values[row] === 1 ? 'true' : 'false';
}

export const booleanType: ColumnType<
  Plain<'boolean'>,
  'boolean',
  boolean,
  'key' | 'member' | 'partition' | 'computed'
> = {
  options: { ...columnOptionNames, true: true, false: true } satisfies OptionNames<BooleanOptions>,
  read: ({ options }) => readingOf(options),
  faults: ({ options }) => faultsOf(options),
  bound: null,
  words: () => 'boolean',
  propose: proposeBoolean,

  value: ({ values }, _, row) => values[row] === 1,
  text: booleanText,
  build: booleanBuilder,

  sql: () => 'boolean',
  copy: { boolean: 'bool' },
  parquet: () => ({ physical: 'boolean', annotation: null }),

  key: { text: booleanText, about: () => 'boolean' },
  member: true,
  partition: { text: booleanText },
  computed: {
    logical: { type: 'boolean' },
    stored: storedBoolean,
  },
  day: null,
  parts: null,
};
