import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { openStorage } from '../../../../platform/storage/index.ts';
import { unpackedRange } from '../../../../platform/storage/unpack/unpacked-range.ts';
import { tempFolder } from '../../../support/index.ts';

/** More than two pieces. */
const content = Buffer.from(Array.from({ length: 400_000 }, (_, i) => `${i},b\n`).join(''));

async function rangeOf(start: number, end: number): Promise<{ bytes: Buffer; read: number }> {
  const folder = tempFolder();
  await writeFile(join(folder, 'file'), gzipSync(content, { level: 1 }));
  const storage = await openStorage(folder);
  const { bytes, fingerprint } = (await storage.stat('file'))!;
  let read = 0;
  const onRead = (packed: Uint8Array) => {
    read += packed.length;
  };
  const file = { storage, key: 'file', name: 'file', bytes, fingerprint, onRead };
  const pieces: Uint8Array[] = [];
  for await (const piece of unpackedRange(file, 'gzip', { start, end })) pieces.push(piece);
  return { bytes: Buffer.concat(pieces), read: read / bytes };
}

const mebibyte = 1024 * 1024;

it.each([
  [0, content.length],
  [0, 1],
  [mebibyte - 1, mebibyte + 1],
  [mebibyte, 2 * mebibyte],
  [content.length - 1, content.length],
])('has exactly the bytes from %i to %i', async (start, end) => {
  expect((await rangeOf(start, end)).bytes.equals(content.subarray(start, end))).toBe(true);
});

it('has to be in the file', async () => {
  await expect(rangeOf(0, content.length + 1)).rejects.toMatchObject({ code: 'LF_FILE_CHANGED' });
});
