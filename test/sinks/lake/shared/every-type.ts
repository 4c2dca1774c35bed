/** Rows with a column of every type. */
import type { Random } from '../../../support/random.ts';
import { plain, type Row, type TestColumn, type Value } from '../support.ts';

const hex = (random: Random) => Array.from({ length: 32 }, () => random.below(16).toString(16)).join('');
const bigint = (random: Random, bits: number) =>
  BigInt.asIntN(bits, BigInt(`0x${hex(random)}`)) / 2n ** BigInt(random.below(bits));

/** Columns of every type, and how their values are drawn. */
const drawn: readonly (readonly [TestColumn, (random: Random) => Value])[] = [
  [{ name: 'small', logical: { type: 'smallint' } }, (r) => r.below(65536) - 32768],
  [{ name: 'whole', logical: { type: 'integer' } }, (r) => r.below(2 ** 32) - 2 ** 31],
  [{ name: 'hour', logical: { type: 'integer' }, required: true }, (r) => r.below(24)],
  [{ name: 'big', logical: { type: 'bigint' } }, (r) => bigint(r, 64)],
  [{ name: 'money', logical: { type: 'numeric', precision: 12, scale: 3 } }, (r) => bigint(r, 38)],
  [{ name: 'long', logical: { type: 'numeric', precision: 30, scale: 4 } }, (r) => bigint(r, 98)],
  [{ name: 'instant', logical: { type: 'timestamp', zone: 'UTC' } }, (r) => bigint(r, 50)],
  [{ name: 'clock', logical: { type: 'time' } }, (r) => BigInt(r.below(86_399_999_999))],
  [{ name: 'day', logical: { type: 'date' } }, (r) => r.below(40_000) - 9_000],
  [{ name: 'double', logical: { type: 'float8' } }, (r) => (r.next() - 0.5) * 10 ** r.below(300)],
  [{ name: 'place', logical: { type: 'float8' } }, (r) => r.pick([0, -0, Number.NaN, -1.5, 5e-324])],
  [{ name: 'flag', logical: { type: 'boolean' } }, (r) => r.below(2) === 0],
  [{ name: 'text', logical: { type: 'text' } }, (r) => r.pick(['', 'ř', 'x'.repeat(90)]) + r.below(900)],
  [{ name: 'code', logical: { type: 'text' }, kind: 'dictionary' }, (r) => r.pick(['Praha', 'Turín', ''])],
  [{ name: 'id', logical: { type: 'uuid' } }, hex],
];
export const columns = drawn.map(([column]) => column);

export function rowsOf(random: Random, count: number): Row[] {
  return Array.from({ length: count }, () =>
    Object.fromEntries(
      drawn.map(([{ name, required }, draw]) => [
        name,
        !required && random.below(5) === 0 ? null : draw(random),
      ]),
    ),
  );
}

/** By which rows are compared. */
export const text = (row: Row) => columns.map(({ name }) => plain(row[name])).join('|');
