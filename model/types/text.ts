/** Texts: UTF-8, up to the length of a record. */

import { utf8Builder } from '../enrich/vector-builder.ts';
import {
  type ColumnOf,
  type ColumnOptions,
  columnOptionNames,
  type OptionNames,
  type Plain,
  plainColumn,
} from './column-options.ts';
import { type ColumnType, storedText, type VectorOf } from './column-type.ts';

export interface TextOptions extends ColumnOptions {
  /**
   * How values are held in memory. `dictionary` suits columns with few distinct values, and makes their parts
   * smaller. Default: `dictionary` for columns that partition the lake, become members of a dimension or have
   * `oneOf`, else `utf8`.
   */
  readonly encoding?: 'dictionary' | 'utf8';
  /** Normalises a value. Returning null makes it null; undefined rejects the row (LF_REJECT_TYPE). */
  readonly convert?: (value: string) => string | null | undefined;
  /** Least and largest number of characters. Other texts are rejected (LF_REJECT_LENGTH). */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Must match somewhere in the text (anchor it with ^ and $); else the row is rejected (LF_REJECT_PATTERN). */
  readonly pattern?: RegExp;
  /** The only values allowed. Others are rejected (LF_REJECT_VALUE). */
  readonly oneOf?: readonly string[];
}

/** Text of any length. */
export const text = (options?: TextOptions): ColumnOf<Plain<'text'>> => plainColumn('text', options);

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of a row. */
export function textAt(vector: VectorOf<'utf8' | 'dictionary'>, row: number): string {
  if (vector.kind === 'dictionary') return vector.dictionary.text(vector.values[row]);
  return decoder.decode(vector.bytes.subarray(vector.offsets[row], vector.offsets[row + 1]));
}

type Uses = 'key' | 'member' | 'partition' | 'computed';

export const textType: ColumnType<Plain<'text'>, 'utf8' | 'dictionary', string, Uses> = {
  options: {
    ...columnOptionNames,
    encoding: true,
    convert: true,
    minLength: true,
    maxLength: true,
    pattern: true,
    oneOf: true,
  } satisfies OptionNames<TextOptions>,
  read: ({ options }, inDictionary) => ({
    type: { kind: options.encoding ?? (inDictionary ? 'dictionary' : 'utf8') },
    ...(options.convert && { convert: options.convert }),
  }),
  faults: () => [],
  bound: null,
  words: () => 'text',
  propose: () => ({ options: {}, misfits: [], remarks: [] }),

  value: (vector, _, row) => textAt(vector, row),
  text: (vector, _, row) => textAt(vector, row),
  build: utf8Builder,

  sql: () => 'text',
  copy: { utf8: 'text', dictionary: 'text' },
  parquet: () => ({ physical: 'byteArray', annotation: { kind: 'string' } }),

  key: {
    text: (vector, _, row) => textAt(vector, row),

    about: () => 'text',
  },
  member: true,
  partition: { text: (vector, _, row) => textAt(vector, row) },
  computed: {
    logical: { type: 'text' },
    stored: storedText,
  },
  day: null,
  parts: null,
};
