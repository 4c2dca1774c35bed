import { expect, test } from 'vitest';
import { endHashes, hashBytes, takeBlocks } from '../../../model/events/murmur3.ts';
import { murmur3 } from '../../oracle/row-hash.ts';

function hashed(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const out = new Int32Array(6).fill(-1);
  hashBytes(bytes, start, end, out, 1);
  expect([out[0], out[5]]).toEqual([-1, -1]);
  return [...out.subarray(1, 5)].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

test('is the published function', () => {
  const text = "I will not buy this tobacconist's, it is scratched.";
  expect(hashed(Buffer.from(text))).toBe('9b5b7ba2ef3f7866889adeaf00f3f98e');
  expect(hashed(Buffer.alloc(0))).toBe('0'.repeat(32));
});

test('takes texts of every length, wherever they stand', () => {
  const bytes = Uint8Array.from({ length: 80 }, (_, i) => (i * 151 + 200) & 255);
  for (let length = 0; length < 70; length++) {
    const slow = murmur3(bytes.subarray(5, 5 + length));
    const words = [0, 4, 8, 12].map((at) => slow.readUInt32LE(at).toString(16).padStart(8, '0'));
    expect(hashed(bytes, 5, 5 + length)).toBe(words.join(''));
  }
});

test('takes the blocks of many rows at once, but for those that have none', () => {
  const blocks = Int32Array.from({ length: 3 * 4 }, (_, i) => (i * 0x9e3779b9) | 0);
  const states = new Int32Array(12);
  const lengths = new Int32Array(3);
  // Row 1 has the second block only: bits 4, 5, 6 of the first byte.
  takeBlocks(states, lengths, blocks, Uint8Array.of(0b1010000), 4, 3);
  takeBlocks(states, lengths, blocks, null, 0, 3);
  const out = new Int32Array(12);
  endHashes(states, lengths, 3, out, 0);
  for (const [row, times] of [2, 1, 2].entries()) {
    const block = Buffer.from(blocks.buffer, row * 16, 16);
    const slow = murmur3(Buffer.concat(Array.from({ length: times }, () => block)));
    expect(Buffer.from(out.buffer, row * 16, 16).toString('hex')).toBe(slow.toString('hex'));
  }
});
