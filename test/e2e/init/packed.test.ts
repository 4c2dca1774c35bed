/** `landfall init` of compressed files that are larger than its sample. */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { describeFiles } from '../../../cli/init/describe-files.ts';
import { readableOf } from '../../../cli/init/file-reader.ts';
import { packedPieces } from '../../../cli/init/packed-pieces.ts';
import { type ContentPart, KeptContent } from '../../../coordinator/detect/kept-content.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import type { FileLayout } from '../../../platform/layout.ts';
import { crc32 } from '../../../platform/storage/unpack/crc32.ts';
import { tempFolder } from '../../support/index.ts';
import { written } from './support.ts';

const folder = tempFolder();
const { signal } = new AbortController();

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

const withChecksum = (bytes: Buffer) => Buffer.concat([bytes, number32(crc32(bytes))]);

function variable(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

const padding = (length: number) => Buffer.alloc((4 - (length % 4)) % 4);

/** A file of xz 1.2.1, in which nothing is compressed. */
function xzOf(content: Buffer): Buffer {
  const flags = Buffer.from([0, 1]);
  const chunks: Buffer[] = [];
  for (let at = 0; at < content.length; at += 65_536) {
    const chunk = content.subarray(at, at + 65_536);
    const size = chunk.length - 1;
    chunks.push(Buffer.from([at === 0 ? 1 : 2, size >> 8, size & 255]), chunk);
  }
  const header = withChecksum(Buffer.from([2, 0, 0x21, 1, 0x16, 0, 0, 0]));
  const data = Buffer.concat([...chunks, Buffer.from([0])]);
  const block = Buffer.concat([header, data, padding(data.length), number32(crc32(content))]);
  const unpadded = header.length + data.length + 4;
  const list = Buffer.concat([Buffer.from([0, 1]), variable(unpadded), variable(content.length)]);
  const index = withChecksum(Buffer.concat([list, padding(list.length)]));
  const ending = Buffer.concat([number32(index.length / 4 - 1), flags]);
  return Buffer.concat([
    Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    withChecksum(flags),
    block,
    index,
    number32(crc32(ending)),
    ending,
    Buffer.from('YZ'),
  ]);
}

/** A table of more than `bytes`. */
function table(bytes: number): { readonly content: Buffer; readonly rows: number } {
  const rows = Array.from({ length: bytes / 1024 }, (_, i) => `${i},${randomBytes(512).toString('hex')}\n`);
  return { content: Buffer.from(`id,code\n${rows.join('')}`), rows: rows.length };
}

it.each([
  ['xz', xzOf],
  ['gz', (content: Buffer) => gzipSync(content, { level: 1 })],
] as const)('reads two files of %s whole, one after the other', async (ending, pack) => {
  const tables = [table(5 * 1024 * 1024), table(6 * 1024 * 1024)];
  const paths = tables.map(({ content }, i) => written(folder, `table-${i}.csv.${ending}`, pack(content)));
  const { trial } = await describeFiles('table', paths, { kernel: await createKernel(), signal });
  expect(trial.files.map(({ rows, rejected }) => [rows, rejected])).toEqual(
    tables.map(({ rows }) => [rows, 0]),
  );
});

it('leaves a file that it has not read to its end', async () => {
  const open = { count: 0 };
  class Watched extends KeptContent {
    override async *read(): AsyncGenerator<ContentPart> {
      open.count++;
      try {
        for (let i = 0; i < 10; i++) yield { bytes: Buffer.from('1,2\n'), entry: '' };
      } finally {
        open.count--;
      }
    }
  }
  const file = await readableOf(written(folder, 'table.csv.gz', gzipSync('a,b\n1,2\n')));
  const layout = { headerBytes: 4, compression: 'gzip', encoding: 'utf-8' } as FileLayout;
  const options = { budget: 8, linesBefore: 1 };
  for await (const piece of packedPieces({ ...file, kept: new Watched(1) }, layout, options))
    for await (const _ of piece.bytes);
  expect(open.count).toBe(0);
});
