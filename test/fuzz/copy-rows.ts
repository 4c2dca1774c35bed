/** COPY rows of a batch, taken apart again by hand: each must hold what the batch holds. */

import type { Vector } from '../../kernel/columns/vectors.ts';
import type { Batch, CopyField, Kernel, KernelColumn } from '../../kernel/types.ts';
import { valueAt } from '../kernel/read.ts';
import { expectSame } from './target.ts';

const epochDays = 10_957;
const epochMicros = 946_684_800_000_000n;

export function fieldOf({ type }: KernelColumn, vector: Vector): CopyField | null {
  switch (vector.kind) {
    case 'int32':
      return { kind: type.kind === 'date' ? 'date' : 'int4', vector };
    case 'int64':
      return type.kind === 'decimal'
        ? { kind: 'numeric', scale: type.scale, vector }
        : { kind: 'int8', vector };
    case 'float64':
      return { kind: 'float8', vector };
    case 'boolean':
      return { kind: 'bool', vector };
    case 'timestamp':
      return { kind: 'timestamptz', vector };
    case 'uuid':
      return { kind: 'uuid', vector };
    case 'dictionary':
    case 'utf8':
      return { kind: 'text', vector };
    default:
      return null;
  }
}

export function checkCopyRows(kernel: Kernel, columns: readonly KernelColumn[], batch: Batch): void {
  const fields = columns.flatMap((column, i) => fieldOf(column, batch.vectors[i]) ?? []);
  const sources = batch.vectors.filter(({ kind }) => kind !== 'point');
  const rows = Buffer.from(kernel.encodeCopyRows(fields, batch.rows));
  let at = 0;
  for (let row = 0; row < batch.rows; row++) {
    if (rows.readInt16BE(at) !== fields.length) throw new Error('a COPY row has other fields than it should');
    at += 2;
    for (const [i, field] of fields.entries()) {
      const size = rows.readInt32BE(at);
      at += 4;
      const value = size < 0 ? null : decoded(field, rows.subarray(at, at + size));
      at += Math.max(0, size);
      const wanted = valueAt(sources[i], row);
      expectSame(
        value,
        field.kind === 'timestamptz' && wanted ? (wanted as never)[0] : wanted,
        'a COPY row has',
      );
    }
  }
  if (at !== rows.length) throw new Error('the COPY rows are longer than they say');
}

function decoded(field: CopyField, bytes: Buffer): unknown {
  switch (field.kind) {
    case 'int4':
      return bytes.readInt32BE();
    case 'date':
      return bytes.readInt32BE() + epochDays;
    case 'int8':
      return bytes.readBigInt64BE();
    case 'timestamptz':
      return bytes.readBigInt64BE() + epochMicros;
    case 'float8':
      return bytes.readDoubleBE();
    case 'bool':
      return bytes[0] === 1;
    case 'uuid':
      return bytes.toString('hex');
    case 'numeric':
      return unscaled(bytes, field.scale);
    default:
      return bytes.toString('utf8');
  }
}

/** numeric_recv's form: digits of base 10,000, weight of the first, sign, scale. */
function unscaled(bytes: Buffer, scale: number): bigint {
  const [count, weight] = [bytes.readInt16BE(0), bytes.readInt16BE(2)];
  let value = 0n;
  for (let i = 0; i < count; i++) value = value * 10_000n + BigInt(bytes.readUInt16BE(8 + 2 * i));
  const power = 4 * (weight + 1 - count) + scale;
  const shifted = power >= 0 ? value * 10n ** BigInt(power) : value / 10n ** BigInt(-power);
  if (bytes.readUInt16BE(6) !== scale || bytes.length !== 8 + 2 * count) throw new Error('a numeric is odd');
  return bytes.readUInt16BE(4) === 0x4000 ? -shifted : shifted;
}
