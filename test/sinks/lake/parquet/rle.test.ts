import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bitWidth,
  encodeHybrid,
  encodeLevels,
  hybridBytesMax,
  levelBytesMax,
  packBits,
} from '../../../../sinks/lake/parquet/rle.ts';

/** The hybrid read bit by bit, as the specification words it. */
function decodeHybrid(bytes: Uint8Array, width: number, count: number): number[] {
  const values: number[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      value += (bytes[at] & 127) * 2 ** shift;
      if (bytes[at++] < 128) return value;
    }
  };
  while (at < bytes.length) {
    const head = varint();
    if ((head & 1) === 0) {
      let value = 0;
      for (let shift = 0; shift < width; shift += 8) value += bytes[at++] * 2 ** shift;
      for (let i = 0; i < head >> 1; i++) values.push(value);
      continue;
    }
    const groups = head >> 1;
    for (let i = 0; i < groups * 8; i++) {
      let value = 0;
      for (let b = 0; b < width; b++) {
        const bit = i * width + b;
        value += ((bytes[at + (bit >> 3)] >> (bit & 7)) & 1) * 2 ** b;
      }
      values.push(value);
    }
    at += groups * width;
  }
  expect(values.length - count).toBeLessThan(8);
  return values.slice(0, count);
}

function encode(values: number[], width: number): Uint8Array {
  // A value before and one after, which are not part of the page.
  const source = Int32Array.of(1, ...values, 1);
  const out = new Uint8Array(hybridBytesMax(values.length, width));
  const end = encodeHybrid(source, 1, 1 + values.length, width, new DataView(out.buffer), 0);
  return out.subarray(0, end);
}

/** Runs of equal values between stretches of different ones. */
const runs = (max: number) =>
  fc
    .array(
      fc.oneof(fc.tuple(fc.nat(max), fc.integer({ min: 1, max: 60 })), fc.tuple(fc.nat(max), fc.constant(1))),
      { maxLength: 60 },
    )
    .map((pieces) => pieces.flatMap(([value, count]) => new Array<number>(count).fill(value)));

describe('the RLE and bit-packing hybrid', () => {
  for (let width = 1; width <= 24; width++) {
    test(`width ${width}`, () => {
      fc.assert(
        fc.property(runs(2 ** width - 1), (values) => {
          expect(decodeHybrid(encode(values, width), width, values.length)).toEqual(values);
        }),
        { numRuns: 60 },
      );
    });
  }

  test('a value that repeats takes a few bytes', () => {
    expect(encode(new Array(100_000).fill(5), 7).length).toBe(4);
  });

  test('no run costs as much as its bits and a head', () => {
    const values = Array.from({ length: 8000 }, (_, i) => (i * 7) % 32);
    expect(encode(values, 5).length).toBe(5002);
  });
});

test('bitWidth', () => {
  expect([0, 1, 2, 3, 4, 255, 256, 65_535, 65_536].map(bitWidth)).toEqual([1, 1, 2, 2, 3, 8, 9, 16, 17]);
});

test('definition levels are as long as they say, and decode', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 200 }),
      fc.nat(3),
      (levels, skip) => {
        const bytes = Uint8Array.from([...new Array(skip).fill(1), ...levels]);
        const valid = levels.reduce((sum, level) => sum + level, 0);
        const out = new DataView(new ArrayBuffer(levelBytesMax(levels.length)));
        const end = encodeLevels(bytes, skip, bytes.length, valid, out, 0);
        expect(out.getUint32(0, true)).toBe(end - 4);
        expect(decodeHybrid(new Uint8Array(out.buffer, 4, end - 4), 1, levels.length)).toEqual(levels);
      },
    ),
  );
  const out = new DataView(new ArrayBuffer(levelBytesMax(1000)));
  const end = encodeLevels(null, 0, 1000, 1000, out, 0);
  expect(decodeHybrid(new Uint8Array(out.buffer, 4, end - 4), 1, 1000)).toEqual(new Array(1000).fill(1));
});

test('booleans are packed lowest bit first', () => {
  const out = new DataView(new ArrayBuffer(4));
  const end = packBits(Uint8Array.of(9, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1), 1, 11, out, 0);
  expect([end, out.getUint8(0), out.getUint8(1)]).toEqual([2, 0b01011001, 0b11]);
});
