import { expect, it } from 'vitest';
import type { KernelDialect } from '../../../kernel/types.ts';
import { RecordCutter } from '../../../workers/scan/record-cutter.ts';

const dialect = { delimiter: ',', quote: '"', trim: false, encoding: 'utf-8' };
const utf16 = { ...dialect, encoding: 'utf-16le' };
const text = Array.from({ length: 9_000 }, (_, i) => `${i},"two\nlinés ${'x'.repeat(i % 50)}"\n`).join('');

/** Records of 20 bytes. */
const even = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `${10_000 + i},abc\n`).join(''), 'utf16le');

/** Where the chunks of the content begin if it comes in pieces of so many bytes. */
async function bordersOf(content: Buffer, own: KernelDialect, pieceBytes: number): Promise<number[]> {
  const cutter = new RecordCutter(own, 100_000, null);
  cutter.begin(0, 0);
  for (let at = 0; at < content.length; at += pieceBytes)
    await cutter.push(content.subarray(at, at + pieceBytes));
  await cutter.end();
  return cutter.chunks.map(({ start }) => start);
}

it.each([
  ['utf-8', Buffer.from(text), dialect],
  ['utf-16', Buffer.from(text, 'utf16le'), utf16],
  ['utf-16 in records that end where a chunk is large enough', even, utf16],
  ['any line ends', Buffer.from(text.replaceAll('\n', '\r\n')), { ...dialect, lineEnds: 'any' as const }],
])('cuts %s at the same records however it comes in pieces', async (_, content, own) => {
  const whole = await bordersOf(content, own, content.length);
  expect(whole.length).toBeGreaterThan(3);
  for (const pieceBytes of [997, 65_536, 131_072, 200_003])
    expect(await bordersOf(content, own, pieceBytes)).toEqual(whole);
});
