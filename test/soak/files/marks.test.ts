/** Contents of the soak are what their makers say: rows begin where they name, and flaws are there. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { Draw } from '../../../soak/draw.ts';
import { makeContent } from '../../../soak/files/make.ts';
import { marksOf } from '../../../soak/files/marks.ts';
import { drawContent } from '../../../soak/plan/contents.ts';
import type { Content } from '../../../soak/plan/types.ts';
import { tempFolder } from '../../support/index.ts';

const contents = Array.from({ length: 40 }, (_, n) =>
  drawContent(new Draw(n), `c${n}`, { rowsMax: 300, dataset: n % 2 ? 'marks' : 'notes' }),
).filter(({ flaw }) => flaw === null || flaw === 'rejects');

const named = contents.map((content) => [
  `${content.id} (${content.dataset}, ${content.writing!.encoding})`,
  content,
]);

it.each(named as [string, Content][])('%s begins each row at the byte that it names', (_, content) => {
  const pieces = [...marksOf(content)];
  const bytes = Buffer.concat(pieces.map((piece) => piece.bytes));
  const { encoding, delimiter, stranger } = content.writing!;
  const rows = [
    ...pieces
      .map((piece) => piece.rows)
      .join('')
      .matchAll(/^(c\d+),(\d+),(\d+),/gm),
  ];
  const rejects =
    pieces
      .map((piece) => piece.rejects)
      .join('')
      .split('\n').length - 1;
  expect(rows.length + rejects).toBe(content.rows);
  for (const [, token, record, at] of rows) {
    const text = new TextDecoder(encoding).decode(bytes.subarray(Number(at), Number(at) + 200));
    const fields = text.split(delimiter).map((field) => field.trim());
    expect(fields.slice(stranger ? 1 : 0).slice(0, 3)).toEqual([token, record, at]);
  }
});

it('a longer content begins with the shorter one', () => {
  const content: Content = contents.find(({ dataset, rows }) => dataset === 'marks' && rows > 20)!;
  const longer = { ...content, id: `${content.id}+`, rows: content.rows + 5, longerThan: content.id };
  const bytesOf = (one: Content) => Buffer.concat([...marksOf(one)].map((piece) => piece.bytes));
  const [short, long] = [bytesOf(content), bytesOf(longer)];
  expect(long.length).toBeGreaterThan(short.length);
  expect(long.subarray(0, short.length).equals(short)).toBe(true);
});

it('packs and damages what it has made', async () => {
  const folder = tempFolder();
  const content = { ...contents[0], rows: 100, packing: 'gzip' as const, flaw: null };
  const whole = await makeContent(content, folder);
  const plain = Buffer.concat([...marksOf(content)].map((piece) => piece.bytes));
  expect(gunzipSync(readFileSync(whole.path)).equals(plain)).toBe(true);
  const damaged = await makeContent({ ...content, id: 'broken', flaw: 'damaged' }, folder);
  expect(() => gunzipSync(readFileSync(damaged.path))).toThrow();
});
