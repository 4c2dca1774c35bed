import { describe, expect, it } from 'vitest';
import { createKernel } from '../../../kernel/kernel.ts';

const mask = 2n ** 64n - 1n;
const rotated = (value: bigint, by: bigint) => ((value << by) | (value >> (64n - by))) & mask;
const [p1, p2, p3, p4, p5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];

/** xxHash64 as the specification words it, in big integers. */
function xxHash64(bytes: Buffer, seed: bigint): bigint {
  const round = (lane: bigint, input: bigint) => (rotated((lane + input * p2) & mask, 31n) * p1) & mask;
  let at = 0;
  let hash = (seed + p5) & mask;
  if (bytes.length >= 32) {
    const lanes = [seed + p1 + p2, seed + p2, seed, seed - p1].map((lane) => lane & mask);
    for (; at + 32 <= bytes.length; at += 32) {
      for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i], bytes.readBigUInt64LE(at + i * 8));
    }
    hash = [1n, 7n, 12n, 18n].reduce((sum, by, i) => (sum + rotated(lanes[i], by)) & mask, 0n);
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * p1 + p4) & mask;
  }
  hash = (hash + BigInt(bytes.length)) & mask;
  for (; at + 8 <= bytes.length; at += 8)
    hash = (rotated(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * p1 + p4) & mask;
  if (at + 4 <= bytes.length) {
    hash = (rotated(hash ^ ((BigInt(bytes.readUInt32LE(at)) * p1) & mask), 23n) * p2 + p3) & mask;
    at += 4;
  }
  for (; at < bytes.length; at++) hash = (rotated(hash ^ ((BigInt(bytes[at]) * p5) & mask), 11n) * p1) & mask;
  hash = ((hash ^ (hash >> 33n)) * p2) & mask;
  hash = ((hash ^ (hash >> 29n)) * p3) & mask;
  return hash ^ (hash >> 32n);
}

async function hashes(texts: readonly Buffer[]): Promise<{ hash: bigint; check: number }[]> {
  const offsets = new Int32Array(texts.length + 1);
  texts.forEach((text, i) => {
    offsets[i + 1] = offsets[i] + text.length;
  });
  const { words, checks } = (await createKernel()).hashTexts(offsets, Buffer.concat(texts));
  const word = (at: number) => BigInt(words[at] >>> 0);
  return texts.map((_, i) => ({ hash: (word(i * 2 + 1) << 32n) | word(i * 2), check: checks[i] >>> 0 }));
}

describe('hashes of texts', () => {
  it.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['abc', '44bc2cf5ad770999'],
    ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
  ])('of %j is as published', async (text, hash) => {
    expect((await hashes([Buffer.from(text)]))[0].hash.toString(16)).toBe(hash);
  });

  it('of texts of all lengths are as specified, whatever stands beside them', async () => {
    const texts = Array.from({ length: 200 }, (_, length) =>
      Buffer.from(Array.from({ length }, (_, i) => (i * 131 + length * 7) % 251)),
    );
    const found = await hashes(texts);
    texts.forEach((text, i) => {
      expect(found[i]).toEqual({ hash: xxHash64(text, 0n), check: Number(xxHash64(text, 1n) & 0xffffffffn) });
    });
  });
});
