/** Content that is kept: each reader gets all of it, and a file is unpacked as often as its size needs. */
import { describe, expect, it } from 'vitest';
import { type ContentPart, KeptContent } from '../../../coordinator/detect/kept-content.ts';

const parts = ['ab', 'cd', 'ef', 'gh'].map(
  (text, i): ContentPart => ({ bytes: Buffer.from(text), entry: `file ${i >> 1}` }),
);

/** How often the file was unpacked, and how many unpackings have not ended. */
class Unpacker {
  times = 0;
  open = 0;

  unpack = async function* (this: Unpacker) {
    this.times++;
    this.open++;
    try {
      yield* parts;
    } finally {
      this.open--;
    }
  }.bind(this);
}

async function read(content: AsyncIterable<ContentPart>, most = Number.POSITIVE_INFINITY): Promise<string> {
  let text = '';
  for await (const { bytes, entry } of content) {
    text += `${entry.at(-1)}${Buffer.from(bytes)} `;
    if (--most === 0) break;
  }
  return text;
}

const whole = '0ab 0cd 1ef 1gh ';

describe('KeptContent', () => {
  it('unpacks once what is not larger than is kept', async () => {
    const unpacker = new Unpacker();
    const kept = new KeptContent(8);
    expect(await read(kept.read(unpacker.unpack), 1)).toBe('0ab ');
    expect(unpacker.open).toBe(0);
    for (let times = 0; times < 3; times++) expect(await read(kept.read(unpacker.unpack))).toBe(whole);
    expect(unpacker.times).toBe(1);
  });

  it.each([1, 2, 3, 5, 7])('unpacks again what goes on after %i bytes', async (bytesMost) => {
    const unpacker = new Unpacker();
    const kept = new KeptContent(bytesMost);
    const first = await read(kept.read(unpacker.unpack), 1);
    expect(whole.startsWith(first)).toBe(true);
    expect(await read(kept.read(unpacker.unpack))).toBe(whole);
    expect(await read(kept.read(unpacker.unpack))).toBe(whole);
    expect(unpacker.open).toBe(0);
    expect(unpacker.times).toBeLessThanOrEqual(4);
  });

  it('fails each reader of a file that is damaged', async () => {
    const damaged = async function* (): AsyncGenerator<ContentPart> {
      yield parts[0];
      throw new Error('damaged');
    };
    const kept = new KeptContent(8);
    for (let times = 0; times < 2; times++) await expect(read(kept.read(damaged))).rejects.toThrow('damaged');
  });
});
