import { expect, test } from 'vitest';
import { createKernel } from '../../../../kernel/kernel.ts';
import type { KernelDialect, RowPlace } from '../../../../kernel/types.ts';

const columns = [
  { name: 'number', type: { kind: 'int32', min: 0, max: 1_000_000 }, required: true, nulls: [] },
  { name: 'text', type: { kind: 'utf8' }, required: false, nulls: [] },
] as const;

/** Records with quoted line ends, some that the kernel turns away, blank lines and both line ends. */
function records(delimiter: string): readonly { text: string; end: string; good: boolean }[] {
  return Array.from({ length: 500 }, (_, i) => {
    const text = ['plain', '"two\nlines"', 'é😀', '"a ""b""\r\n\r\nc"', `"${delimiter}"`][i % 5];
    const number = i % 7 === 3 ? 'none' : String(i);
    return {
      text: `${number}${delimiter}${text}${i % 31 === 30 ? `${delimiter}surplus` : ''}`,
      end: ['\n', '\r\n', '\n\n'][i % 3],
      good: i % 7 !== 3 && i % 31 !== 30,
    };
  });
}

/** Where the good records stand in the file. */
function placesOf(delimiter: string, byteStart: number): RowPlace[] {
  const places: RowPlace[] = [];
  let byteOffset = byteStart;
  let line = 0;
  records(delimiter).forEach(({ text, end, good }, record) => {
    const byteLength = Buffer.byteLength(text);
    if (good) places.push({ byteOffset, byteLength, record, line, raw: text });
    byteOffset += byteLength + end.length;
    line += (text + end).split('\n').length - 1;
  });
  return places;
}

test.each([
  ['the plain reader', { delimiter: ',', quote: '"', trim: false }],
  ['the table of states', { delimiter: '::', quote: '"', trim: false }],
] as [string, KernelDialect][])('%s says where accepted rows stand', async (_, dialect) => {
  const file = Buffer.from(
    records(dialect.delimiter)
      .map(({ text, end }) => text + end)
      .join(''),
  );
  for (const inputBytes of [200, 65536]) {
    const kernel = await createKernel({ batchRows: 37, inputBytes });
    const plan = { dialect, columns, fieldOfColumn: [0, 1], fieldCount: 2, places: true };
    kernel.begin(plan, { byteStart: 1000, skipBytes: 0 });
    const found: RowPlace[] = [];
    for (let at = 0; at < file.length; ) {
      const space = kernel.inputSpace();
      const count = Math.min(space.length, file.length - at);
      space.set(file.subarray(at, at + count));
      at += count;
      kernel.filled(count, at === file.length);
      for (let batch = kernel.next(); batch !== null; batch = kernel.next()) {
        for (let row = 0; row < batch.rows; row++) {
          found.push(batch.place!(row));
          expect(batch.line!(row)).toBe(found.at(-1)!.line);
        }
      }
    }
    expect(found).toEqual(placesOf(dialect.delimiter, 1000));
  }
});

test('places are not kept where nobody asks for them', async () => {
  const kernel = await createKernel();
  const dialect = { delimiter: ',', quote: '"', trim: false };
  kernel.begin({ dialect, columns, fieldOfColumn: [0, 1], fieldCount: 2 }, { byteStart: 0, skipBytes: 0 });
  const bytes = Buffer.from('1,a\n');
  kernel.inputSpace().set(bytes);
  kernel.filled(bytes.length, true);
  expect(kernel.next()).not.toHaveProperty('place');
});
