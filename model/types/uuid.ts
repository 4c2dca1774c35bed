/** UUIDs: 16 bytes, in network order. */

import { builderOf, type VectorBuilder } from '../enrich/vector-builder.ts';
import {
  type ColumnOf,
  type ColumnOptions,
  columnOptionNames,
  type Plain,
  plainColumn,
} from './column-options.ts';
import type { ColumnType, VectorOf } from './column-type.ts';

/** UUID, with or without hyphens, braces or urn:uuid:, in any case. */
export const uuid = (options?: ColumnOptions): ColumnOf<Plain<'uuid'>> => plainColumn('uuid', options);

/** 32 hexadecimal digits, from which keys and hashes of members are made. */
function digits({ values }: VectorOf<'uuid'>, _: Plain<'uuid'>, row: number): string {
  return Buffer.from(values.buffer, values.byteOffset + row * 16, 16).toString('hex');
}

function hyphened(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** 16 bytes a row from 32 hexadecimal digits, hyphens anywhere. */
function uuidBuilder(rows: number): VectorBuilder {
  const values = new Uint8Array(rows * 16);
  const store = (i: number, value: string) => {
    values.set(Buffer.from(value.replaceAll('-', ''), 'hex'), i * 16);
  };
  return builderOf(rows, store, (rest) => ({ kind: 'uuid', values, ...rest }));
}

const hyphenated = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const written = /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

export const uuidType: ColumnType<Plain<'uuid'>, 'uuid', string, 'key' | 'member' | 'computed'> = {
  options: columnOptionNames,
  read: () => ({ type: { kind: 'uuid' } }),
  faults: () => [],
  bound: null,
  words: () => 'uuid',
  // Without hyphens it may be another number of 128 bits, such as a hash, which would come out with hyphens.
  propose: (values) => {
    const misfits = values.misfits((value) => hyphenated.test(value));
    return misfits === null ? null : { options: {}, misfits, remarks: [] };
  },

  value: (vector, logical, row) => hyphened(digits(vector, logical, row)),
  text: digits,
  build: uuidBuilder,

  sql: () => 'uuid',
  copy: { uuid: 'uuid' },
  parquet: () => ({ physical: 'bytes16', annotation: { kind: 'uuid' } }),

  key: {
    text: digits,
    about: () => 'uuid',
  },
  member: true,
  partition: null,
  computed: {
    logical: { type: 'uuid' },
    stored: (value) => (written.test(value as string) ? value : undefined),
  },
  day: null,
  parts: null,
};
