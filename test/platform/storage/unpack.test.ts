import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { openStorage } from '../../../platform/storage/index.ts';
import { unbzip2 } from '../../../platform/storage/unpack/bzip2.ts';
import { crc32 } from '../../../platform/storage/unpack/crc32.ts';
import { compressionOf, unpack } from '../../../platform/storage/unpack/index.ts';
import type { PackedFile } from '../../../platform/storage/unpack/types.ts';
import { unzstd } from '../../../platform/storage/unpack/zstd.ts';
import { bgzipOf } from '../../csv/bgzip.ts';
import { zipOf } from '../../csv/zip.ts';
import { tempFolder } from '../../support/index.ts';

async function packedFile(content: Uint8Array): Promise<PackedFile> {
  const folder = tempFolder();
  await writeFile(join(folder, 'file'), content);
  return storedFile(folder);
}

async function storedFile(folder: string): Promise<PackedFile> {
  const storage = await openStorage(folder);
  const { bytes, fingerprint } = (await storage.stat('file'))!;
  return { storage, key: 'file', name: 'file', bytes, fingerprint };
}

async function textOf(content: Uint8Array): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of unpack(await packedFile(content), compressionOf(content)!))
    pieces.push(bytes);
  return Buffer.concat(pieces).toString();
}

describe('unpack', () => {
  it.each([
    ['gzip', () => gzipSync('a,b\n'.repeat(100))],
    ['zip', () => zipOf([...'ab'].map((name) => ({ name: `${name}.csv`, content: 'a,b\n'.repeat(50) })))],
    ['zstd', () => zstd],
    ['bzip2', () => bzip2],
    ['xz', () => xz],
  ])('refuses a %s file that unpacks to more than it may', async (compression, content) => {
    const file = await packedFile(content());
    const all = async (unpackedBytesMost: number) => {
      let bytes = 0;
      for await (const piece of unpack({ ...file, unpackedBytesMost }, compression as 'gzip'))
        bytes += piece.bytes.length;
      return bytes;
    };
    const size = await all(1000);
    expect(await all(size)).toBe(size);
    await expect(all(size - 1)).rejects.toMatchObject({
      code: 'LF_UNPACK_SIZE',
      message: `file unpacks to more than ${size - 1} bytes.`,
      fix: expect.stringContaining('LANDFALL_UNPACKED_BYTES'),
    });
  });

  it('refuses a zip file by what its directory says, before it unpacks anything', async () => {
    const file = await packedFile(zipOf([{ name: 'a.csv', content: 'a,b\n'.repeat(50) }]));
    const read = vi.spyOn(file.storage, 'read');
    const pieces = unpack({ ...file, unpackedBytesMost: 199 }, 'zip');
    await expect(pieces.next()).rejects.toMatchObject({ code: 'LF_UNPACK_SIZE' });
    // The first header of an entry has 30 bytes.
    expect(read.mock.calls.filter(([, { end }]) => end === 30)).toEqual([]);
  });

  it('knows what a file is by its first bytes', () => {
    expect(compressionOf(gzipSync('x'))).toBe('gzip');
    expect(compressionOf(zipOf([]))).toBe('zip');
    expect(compressionOf(zipOf([{ name: 'a', content: '' }]))).toBe('zip');
    expect(compressionOf(zstd)).toBe('zstd');
    expect(compressionOf(bzip2)).toBe('bzip2');
    expect(compressionOf(bzip2OfNothing)).toBe('bzip2');
    expect(compressionOf(xz)).toBe('xz');
    expect(compressionOf(Buffer.from('BZh9,country\n'))).toBeNull();
    expect(compressionOf(Buffer.from('PK,x'))).toBeNull();
    expect(compressionOf(Buffer.alloc(0))).toBeNull();
  });

  it('reads gzip members one after another, and lets what follows the last be', async () => {
    const members = Buffer.concat([gzipSync('a,b\n'), gzipSync(''), gzipSync('c,d\n')]);
    expect(await textOf(members)).toBe('a,b\nc,d\n');
    expect(await textOf(Buffer.concat([members, Buffer.alloc(512)]))).toBe('a,b\nc,d\n');
  });

  it('gives pieces that do not grow with the file, and says how far it has read', async () => {
    const folder = tempFolder();
    const line = Buffer.from(Array.from({ length: 65536 }, (_, i) => (i * i * 31) % 251));
    const lines = Readable.from(
      (function* () {
        for (let i = 0; i < 400; i++) yield line;
      })(),
    );
    await pipeline(lines, createGzip({ level: 1 }), createWriteStream(join(folder, 'file')));
    const file = await storedFile(folder);
    let most = 0;
    let size = 0;
    let read = 0;
    for await (const { bytes, packedBytes } of unpack(file, 'gzip')) {
      most = Math.max(most, bytes.length);
      size += bytes.length;
      expect(packedBytes).toBeGreaterThanOrEqual(read);
      read = packedBytes;
    }
    expect(size).toBe(400 * line.length);
    expect(most).toBeLessThanOrEqual(1 << 20);
    expect(read).toBe(file.bytes);
  });

  it('gives up what unpacks to far more than data does', async () => {
    const bomb = gzipSync(Buffer.alloc(80 << 20));
    await expect(textOf(bomb)).rejects.toMatchObject({ code: 'LF_UNPACK_LIMIT' });
    const zipBomb = zipOf([{ name: 'a.csv', content: Buffer.alloc(80 << 20) }]);
    await expect(textOf(zipBomb)).rejects.toMatchObject({ code: 'LF_UNPACK_LIMIT' });
    const many = zipOf(
      Array.from({ length: 10_001 }, (_, i) => ({ name: `${i}.csv`, content: '', stored: true })),
    );
    await expect(textOf(many)).rejects.toMatchObject({ code: 'LF_UNPACK_LIMIT' });
  });

  it('says that a file changed while it was unpacked', async () => {
    const file = await packedFile(gzipSync('a'));
    const reading = unpack({ ...file, fingerprint: 'another' }, 'gzip').next();
    await expect(reading).rejects.toMatchObject({ code: 'LF_FILE_CHANGED' });
  });

  it('never hangs or breaks on zip, gzip, zstd, bzip2 and xz files with any byte changed', async () => {
    const zip = zipOf([{ name: 'a.csv', content: 'id,name\n1,a\n2,b\n' }], { zip64: true });
    const gzip = gzipSync('id,name\n1,a\n2,b\n');
    const bgzip = bgzipOf(Buffer.from('id,name\n1,a\n2,b\n'), 10);
    for (const packed of [zip, gzip, bgzip, zstd, bzip2, xz]) {
      for (let at = compressionOf(packed) === 'bzip2' || packed === xz ? 10 : 4; at < packed.length; at++) {
        const changed = Buffer.from(packed);
        changed[at] ^= 0x41;
        const outcome = await textOf(changed).catch((error: { code?: string }) => error.code);
        expect([
          'id,name\n1,a\n2,b\n',
          'LF_UNPACK',
          'LF_UNPACK_LIMIT',
          'LF_UNPACK_SIZE',
          'LF_ZIP_EMPTY',
          'LF_ZIP_ENCRYPTED',
        ]).toContain(outcome);
      }
    }
  });

  it('gives up a zstd file that unpacks to far more than data does, without holding it', async () => {
    // One frame of 1,000 blocks, each of which is one byte 131,072 times.
    const block = (last: number) => {
      const header = Buffer.alloc(4);
      header.writeUInt32LE((131_072 << 3) | (1 << 1) | last);
      return header.subarray(0, 3);
    };
    const blocks = Array.from({ length: 1000 }, (_, i) => [block(i === 999 ? 1 : 0), Buffer.from('x')]);
    const bomb = Buffer.concat([Buffer.from('28b52ffd0038', 'hex'), ...blocks.flat()]);
    await expect(textOf(bomb)).rejects.toMatchObject({ code: 'LF_UNPACK_LIMIT' });
    const wide = Buffer.concat([Buffer.from('28b52ffd0090', 'hex'), ...blocks.flat()]);
    await expect(textOf(wide)).rejects.toMatchObject({
      code: 'LF_UNPACK_LIMIT',
      message: expect.stringContaining('window'),
    });
  });

  it('reads zstd in small pieces, and leaves it in the middle', async () => {
    const pieces: Uint8Array[] = [];
    const bytewise = Readable.from([...zstd].map((byte) => Buffer.of(byte)));
    for await (const piece of unzstd(bytewise, { name: 'file' })) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe('id,name\n1,a\n2,b\n');
    const left = unzstd(Readable.from([zstd, zstd]), { name: 'file' });
    await left.next();
    await left.return(undefined);
    expect(await textOf(zstd)).toBe('id,name\n1,a\n2,b\n');
  });

  it('counts CRC-32 as everybody does, also in pieces', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
    expect(crc32(Buffer.from('6789'), crc32(Buffer.from('12345')))).toBe(0xcbf43926);
  });
});

describe.each([
  ['bzip2', () => bzip2, () => bzip2OfNothing],
  ['xz', () => xz, () => xzOfNothing],
])('unpack %s', (_, packed, ofNothing) => {
  const content = 'id,name\n1,a\n2,b\n';

  it('reads streams one after another, and one of nothing', async () => {
    expect(await textOf(Buffer.concat([packed(), ofNothing(), packed()]))).toBe(content.repeat(2));
    expect(await textOf(ofNothing())).toBe('');
  });

  it('refuses a file that is cut off anywhere', async () => {
    for (let bytes = 10; bytes < packed().length; bytes++)
      await expect(textOf(packed().subarray(0, bytes))).rejects.toMatchObject({ code: 'LF_UNPACK' });
  });

  it('may be left in the middle, and read again', async () => {
    const file = await packedFile(packed());
    const left = unpack(file, compressionOf(packed())!);
    await left.next();
    await left.return(undefined);
    expect(await textOf(packed())).toBe(content);
  });

  it('says that a file changed while it was unpacked', async () => {
    const file = { ...(await packedFile(packed())), fingerprint: 'another' };
    const reading = unpack(file, compressionOf(packed())!).next();
    await expect(reading).rejects.toMatchObject({ code: 'LF_FILE_CHANGED' });
  });
});

describe('bzip2', () => {
  const ofBytes = async (content: Uint8Array, size: number) => {
    const parts = Array.from({ length: Math.ceil(content.length / size) }, (_, i) =>
      content.subarray(i * size, (i + 1) * size),
    );
    const pieces: Uint8Array[] = [];
    for await (const piece of unbzip2(Readable.from(parts), { name: 'file' })) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  };

  it('reads blocks that begin at any bit, in pieces of any size', async () => {
    for (const size of [1, 7, blocks.length])
      expect(await ofBytes(blocks, size)).toBe('a,b\n'.repeat(60_000));
  });

  it('refuses a block, or an end of them, that another checksum belongs to', async () => {
    // The block's own checksum stands behind its mark, the one of all blocks before the last bits.
    for (const at of [10, blocks.length - 2]) {
      const changed = Buffer.from(blocks);
      changed[at] ^= 0x10;
      await expect(textOf(changed)).rejects.toMatchObject({ code: 'LF_UNPACK' });
    }
  });

  it('reads a block whose data has the bits of a mark', async () => {
    expect(await textOf(marked)).toBe('BCGIO,QSTWZ]^,acfgiklo\n');
  });

  it('lets what follows the last stream be', async () => {
    expect(await textOf(Buffer.concat([bzip2, Buffer.from('trailing')]))).toBe('id,name\n1,a\n2,b\n');
  });

  it('gives up what unpacks to far more than data does, in pieces of at most 1 MiB', async () => {
    const file = await packedFile(bomb);
    let most = 0;
    const read = async () => {
      for await (const { bytes } of unpack(file, 'bzip2')) most = Math.max(most, bytes.length);
    };
    await expect(read()).rejects.toMatchObject({ code: 'LF_UNPACK_LIMIT' });
    expect(most).toBe(1 << 20);
  });
});

/** The same as `zstd`, by Python's bz2 and lzma, and nothing. */
const bzip2 = Buffer.from(
  'QlpoOTFBWSZTWaAwe34AAAbZAAAQAAQwADYjIAAxANNNBAMQIEFFl0b17fi7kinChIUBg9vw',
  'base64',
);
const bzip2OfNothing = Buffer.from('QlpoORdyRThQkAAAAAA=', 'base64');
const xz = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAPaWQsbmFtZQoxLGEKMixiCgDk6vQi0eNvWQABKBDlC2xgH7bzfQEAAAAABFla',
  'base64',
);
const xzOfNothing = Buffer.from('/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo=', 'base64');
/** `bz2.compress(b'a,b\n' * 60000, 1)`: three blocks. */
const blocks = Buffer.from(
  'QlpoMTFBWSZTWclrGZ0AYaNRAAAQAAQwACAAUGaaBSo9NQlBYiUF+hKC1CUFxigrJMprO2PGhSAMNGogAAIAAIYABAAIClR6DNNNQlBahKC2oSgvUJQXGKCskyms/mvyRwAdUyiAAAgAAhgAEAAgKVHoM00yUKjRQqPpQqNFCo4XckU4UJBvR+qq',
  'base64',
);
/** The bits that say which bytes its block has are those that begin a block. */
const marked = Buffer.from(
  'QlpoOTFBWSZTWfoX3EgAAAHXAAAQAAQYoKyTKaygACKaNMQZAaFGjIGjTI0c2nQjRK2vhWLOt875/i7kinChIfQvuJA=',
  'base64',
);
/** 80 MiB of zeros. */
const bomb = Buffer.from(
  'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZiY9QcwEi9EAA4AAACCAAMMwFKaYSqQjYiVSEeLuSKcKEhKzkrmg=',
  'base64',
);

/** `printf 'id,name\n1,a\n2,b\n' | zstd` */
const zstd = Buffer.from('KLUv/QRYgQAAaWQsbmFtZQoxLGEKMixiCibGaUQ=', 'base64');
