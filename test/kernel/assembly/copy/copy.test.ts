import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextDictionary, Vector } from '../../../../kernel/columns/vectors.ts';
import { createKernel } from '../../../../kernel/kernel.ts';
import type { CopyField } from '../../../../kernel/types.ts';
import { plays } from '../../../support/long.ts';

/** A field and the bytes of each of its values, big-endian; null where there is none. */
interface Sample {
  readonly field: CopyField;
  readonly values: readonly (Buffer | null)[];
}

const texts = ['', 'x', 'Foundry & 2nd St', 'žluťoučký kůň'].map((text) => Buffer.from(text));
const dictionary: TextDictionary = {
  size: texts.length,
  text: (code) => String(texts[code]),
  bytes: (code) => texts[code],
};

function written(bytes: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(bytes);
  write(buffer);
  return buffer;
}

const days = 10957;
const micros = 946684800000000n;

/** For each kind: the vector of some numbers, and how PostgreSQL wants each of them. */
const kinds: Record<string, { make: (of: readonly number[]) => object; bytes: (value: number) => Buffer }> = {
  int2: {
    make: (of) => ({ kind: 'int32', values: Int32Array.from(of, (value) => value % 30000) }),
    bytes: (value) => written(2, (buffer) => buffer.writeInt16BE(value % 30000)),
  },
  int4: {
    make: (of) => ({ kind: 'int32', values: Int32Array.from(of) }),
    bytes: (value) => written(4, (buffer) => buffer.writeInt32BE(value)),
  },
  date: {
    make: (of) => ({ kind: 'int32', values: Int32Array.from(of, (value) => value >> 8) }),
    bytes: (value) => written(4, (buffer) => buffer.writeInt32BE((value >> 8) - days)),
  },
  int8: {
    make: (of) => ({ kind: 'int64', values: BigInt64Array.from(of, (value) => BigInt(value) << 30n) }),
    bytes: (value) => written(8, (buffer) => buffer.writeBigInt64BE(BigInt(value) << 30n)),
  },
  timestamptz: {
    make: (of) => ({ kind: 'timestamp', values: BigInt64Array.from(of, (value) => BigInt(value) << 20n) }),
    bytes: (value) => written(8, (buffer) => buffer.writeBigInt64BE((BigInt(value) << 20n) - micros)),
  },
  float8: {
    make: (of) => ({ kind: 'float64', values: Float64Array.from(of, (value) => value / 7) }),
    bytes: (value) => written(8, (buffer) => buffer.writeDoubleBE(value / 7)),
  },
  bool: {
    make: (of) => ({ kind: 'boolean', values: Uint8Array.from(of, (value) => value & 1) }),
    bytes: (value) => Buffer.of(value & 1),
  },
  uuid: {
    make: (of) => ({ kind: 'uuid', values: Uint8Array.from(of.flatMap((v) => new Array(16).fill(v & 255))) }),
    bytes: (value) => Buffer.alloc(16, value & 255),
  },
  text: {
    make: (of) => ({ kind: 'dictionary', values: Int32Array.from(of, (value) => value & 3), dictionary }),
    bytes: (value) => texts[value & 3],
  },
};

/** `nulls`: every how many-th row is null; 0: none. */
function sample(kind: string, numbers: readonly number[], nulls: number): Sample {
  const isNull = numbers.map((_, row) => nulls > 0 && row % nulls === 0);
  const validity = new Uint8Array((numbers.length + 7) >> 3);
  isNull.forEach((none, row) => {
    if (!none) validity[row >> 3] |= 1 << (row & 7);
  });
  const nullCount = isNull.filter(Boolean).length;
  const { make, bytes } = kinds[kind];
  const nullness = { validity: nullCount === 0 ? null : validity, nullCount };
  const vector = { ...make(numbers), length: numbers.length, ...nullness } as unknown as Vector;
  const values = numbers.map((value, row) => (isNull[row] ? null : bytes(value)));
  return { field: { kind, vector } as CopyField, values };
}

function rowsOf(samples: readonly Sample[], rows: number): Buffer {
  const parts: Buffer[] = [];
  for (let row = 0; row < rows; row++) {
    parts.push(written(2, (buffer) => buffer.writeInt16BE(samples.length)));
    for (const { values } of samples) {
      const value = values[row];
      parts.push(written(4, (buffer) => buffer.writeInt32BE(value?.length ?? -1)));
      if (value) parts.push(value);
    }
  }
  return Buffer.concat(parts);
}

describe('rows for COPY', () => {
  it('are the same bytes for any fields side by side, with nulls and without', async () => {
    const kernel = await createKernel();
    const field = fc.tuple(fc.constantFrom(...Object.keys(kinds)), fc.constantFrom(0, 0, 1, 3, 97));
    const numbers = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 9 }),
        numbers,
        fc.integer({ min: 1, max: 700 }),
        (fields, some, rows) => {
          const column = (turn: number) =>
            Array.from({ length: rows }, (_, row) => some[(row + turn) % some.length]);
          const samples = fields.map(([kind, nulls], turn) => sample(kind, column(turn), nulls));
          const constant: Sample = {
            field: { kind: 'constant4', value: -7 },
            values: new Array(rows).fill(written(4, (buffer) => buffer.writeInt32BE(-7))),
          };
          const all = [...samples, constant, ...samples.slice(0, 1)];
          const encoded = Buffer.from(
            kernel.encodeCopyRows(
              all.map(({ field }) => field),
              rows,
            ),
          );
          expect(encoded.equals(rowsOf(all, rows))).toBe(true);
        },
      ),
      { numRuns: plays(100, 1_500), seed: 7 },
    );
  });
});
