import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ungzip } from '../../../../platform/storage/unpack/gzip.ts';
import { bgzipOf, memberOf } from '../../../csv/bgzip.ts';

async function unpacked(packed: Uint8Array, pieceBytes = 1 << 20) {
  const pieces = Array.from({ length: Math.ceil(packed.length / pieceBytes) }, (_, i) =>
    packed.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  );
  const read: Uint8Array[] = [];
  for await (const piece of ungzip(Readable.from(pieces), { name: 'file' })) read.push(piece);
  return {
    bytes: Buffer.concat(read),
    most: Math.max(0, ...read.map(({ length }) => length)),
    pieces: read.length,
  };
}

/** 6.9 MB, so that several groups are unpacked at a time and in turn. */
const content = Buffer.from(Array.from({ length: 800_000 }, (_, i) => `${i},b\n`).join(''));
const packed = bgzipOf(content);
const small = bgzipOf(Buffer.from('a,b\n'.repeat(40)), 60);

describe('gzip as bgzip writes it', () => {
  it.each([1 << 20, 65_536, 4_099])(
    'is unpacked in order, read in pieces of %i bytes',
    async (pieceBytes) => {
      const { bytes, most, pieces } = await unpacked(packed, pieceBytes);
      expect(bytes.equals(content)).toBe(true);
      expect(most).toBeLessThanOrEqual(1 << 20);
      expect(pieces).toBeGreaterThan(4);
    },
  );

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(100)],
  ])('ends where %s follows', async (_, rest) => {
    expect((await unpacked(Buffer.concat([small, rest]))).bytes.toString()).toBe('a,b\n'.repeat(40));
  });

  it.each([
    ['before', () => [gzipSync('x,y\n'), small], ['x,y\n', 'a,b\n'.repeat(40)]],
    ['after', () => [small, gzipSync('x,y\n')], ['a,b\n'.repeat(40), 'x,y\n']],
    ['between', () => [small, gzipSync('x,y\n'), small], ['a,b\n'.repeat(40), 'x,y\n', 'a,b\n'.repeat(40)]],
  ] as const)('has members of other programs %s its own', async (_, members, texts) => {
    expect((await unpacked(Buffer.concat(members()))).bytes.toString()).toBe(texts.join(''));
  });

  it('is one file of nothing', async () => {
    expect((await unpacked(bgzipOf(Buffer.alloc(0)))).bytes.length).toBe(0);
  });

  it('is refused where it is cut off, except between members', async () => {
    const ends = new Set<number>();
    for (let at = 0; at < small.length; at += small.readUInt16LE(at + 16) + 1) ends.add(at);
    for (let bytes = 1; bytes < small.length; bytes++) {
      const reading = unpacked(small.subarray(0, bytes));
      if (ends.has(bytes)) expect('a,b\n'.repeat(40)).toContain((await reading).bytes.toString());
      else await expect(reading).rejects.toMatchObject({ code: 'LF_UNPACK' });
    }
  });

  it('is refused where a member has other data, another checksum or another number of bytes', async () => {
    const first = small.readUInt16LE(16) + 1;
    for (const at of [20, first - 8, first - 4, first - 2]) {
      const changed = Buffer.from(small);
      changed[at] ^= 0x01;
      await expect(unpacked(changed)).rejects.toMatchObject({ code: 'LF_UNPACK' });
    }
  });

  it('is read as one stream from a member on that says a wrong length', async () => {
    const changed = Buffer.from(small);
    changed[16] ^= 0x01;
    expect((await unpacked(changed)).bytes.toString()).toBe('a,b\n'.repeat(40));
  });

  it('loses nothing where a member is followed by zeros within its length', async () => {
    const [one, two] = [memberOf(Buffer.from('a\n')), memberOf(Buffer.from('b\n'))];
    const padded = Buffer.concat([one, Buffer.alloc(4)]);
    padded.writeUInt16LE(padded.length - 1, 16);
    await expect(unpacked(Buffer.concat([padded, two]))).rejects.toMatchObject({ code: 'LF_UNPACK' });
  });

  it('hands on the errors of what it reads', async () => {
    const failing = Readable.from(
      (async function* () {
        yield packed.subarray(0, 200_000);
        throw new Error('the disk');
      })(),
    );
    const reading = async () => {
      for await (const _ of ungzip(failing, { name: 'file' }));
    };
    await expect(reading()).rejects.toThrow('the disk');
  });
});
