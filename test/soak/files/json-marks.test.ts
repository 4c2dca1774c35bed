/** Records of JSON that the soak makes are what their makers say: where they begin, what they hold, which are wrong. */
import { expect, it } from 'vitest';
import { Draw } from '../../../soak/draw.ts';
import { jsonMarksOf } from '../../../soak/files/json-marks.ts';
import { drawContent } from '../../../soak/plan/contents.ts';
import type { Content } from '../../../soak/plan/types.ts';
import { arrayRecords, lineRecords } from '../../oracle/json-records.ts';

const contents = Array.from({ length: 40 }, (_, n) => ({
  ...drawContent(new Draw(n), `c${n}`, { rowsMax: 300, dataset: n % 2 ? 'lines' : 'documents' }),
  rejectShare: 0.2,
}));

const named = contents.map((content) => [`${content.id} (${content.dataset})`, content]);

it.each(named as [string, Content][])('%s begins each record at the byte that it names', (_, content) => {
  const pieces = [...jsonMarksOf(content)];
  const bytes = Buffer.concat(pieces.map((piece) => piece.bytes));
  const text = (of: 'rows' | 'rejects') => pieces.map((piece) => piece[of]).join('');
  const bom = bytes[0] === 0xef ? 3 : 0;
  const opening = '"data": {"of": [], "rows": [';
  const start = content.dataset === 'lines' ? bom : bytes.indexOf(opening) + opening.length;
  const oracle = content.dataset === 'lines' ? lineRecords : arrayRecords;
  // The values that the columns read, in the order of the expected rows.
  const paths = [['of', 'content'], ['of', 'record'], ['byte_offset'], ['noted_at'], ['note'], ['exact']];
  const records = oracle(bytes.subarray(start), paths);
  const rejects = new Map(
    text('rejects')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(',') as [string, string]),
  );
  expect(records).toHaveLength(content.rows);
  const found: string[] = [];
  for (const { byteOffset, raw, values } of records) {
    const at = byteOffset + start;
    const code = rejects.get(String(at));
    expect(values === null).toBe(code === 'LF_REJECT_JSON');
    if (code !== undefined || values === null) continue;
    const [token, record, offset, time, note, exact] = values;
    expect(Number(offset)).toBe(at);
    const cell = note === null ? '' : `"${note.replaceAll('"', '""')}"`;
    const amount = /"values":\[\s*(-?[\d.]+)/.exec(raw)?.[1] ?? '';
    found.push(`${token},${record},${at},${time!.replace('T', ' ')},${amount},${cell},${exact ?? ''}\n`);
  }
  expect(rejects.size + found.length).toBe(content.rows);
  expect(found.join('')).toBe(text('rows'));
});

it('longer lines begin with the shorter ones', () => {
  const content: Content = contents.find(({ dataset, rows }) => dataset === 'lines' && rows > 20)!;
  const longer = { ...content, id: `${content.id}+`, rows: content.rows + 5, longerThan: content.id };
  const bytesOf = (one: Content) => Buffer.concat([...jsonMarksOf(one)].map((piece) => piece.bytes));
  const [short, long] = [bytesOf(content), bytesOf(longer)];
  expect(long.length).toBeGreaterThan(short.length);
  expect(long.subarray(0, short.length).equals(short)).toBe(true);
});
