/** What a definition of JSON says of the files that it was written from. */
import { expect, it } from 'vitest';
import { describeJson } from '../../../cli/init/describe-json.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import { written } from '../../e2e/init/support.ts';
import { tempFolder } from '../../support/index.ts';

const folder = tempFolder();
const reading = { kernel: await createKernel(), signal: new AbortController().signal };

it('reads lines as lines, and refuses a document with two values for the key of its records', async () => {
  const twice = '{"id":1,"items":1,"items":[{"sku":"a"}]}\n';
  const once = '{"id":2,"items":1}\n';
  const path = written(folder, 'lines.ndjson', twice + once + once);
  expect((await describeJson('orders', [path], reading))!).toMatchObject({
    source: expect.stringContaining('format: ndjson()'),
    found: { rejectedRows: 1 },
  });
  const document = written(folder, 'twice.json', twice);
  await expect(describeJson('orders', [document], reading)).rejects.toMatchObject({
    code: 'LF_JSON_RECORDS',
  });
});

it('names the file whose records were looked at, and no other', async () => {
  const files = ['{"id":1}\n', '{"id":2}\n'].map((text, i) => written(folder, `file${i}.ndjson`, text));
  const { source } = (await describeJson('orders', files, reading))!;
  expect(source).toContain('from the first 1 record of file0.ndjson.');
  expect(source).not.toContain('file1');
});

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');

it.each(['ndjson', 'json'])(
  'holds values of records that the columns were not found from: %s',
  async (kind) => {
    const records = (i: number) =>
      `{"id":${i},"amount":${i === 20_500 ? '1.25' : i},"note":${i < 20_400 ? '"a"' : `${i}`},"day":"${i === 20_600 ? '' : '2026-01-01'}"}`;
    const text =
      kind === 'ndjson'
        ? lines(21_000, records)
        : `{"orders":[${lines(20_999, (i) => `${records(i)},`)}${records(20_999)}]}`;
    const path = written(folder, `late.${kind}`, text);
    const { source, found, trial } = (await describeJson('late', [path], reading))!;
    expect(found).toMatchObject({ looked: 20_000, read: 21_000, whole: true, rejectedRows: 0 });
    expect(trial.files).toMatchObject([{ rows: 21_000, rejected: 0 }]);
    expect(source.replaceAll('\n// ', ' ')).toContain('The types hold the values of all 21,000 records.');
    expect(source).toContain('amount: numeric(12, 2),');
    expect(source).toContain("day: date({ nulls: [''] }),");
  },
);

it('predicts the rejects, with their lines', async () => {
  const path = written(
    folder,
    'shapes.ndjson',
    lines(40, (i) => (i === 35 ? '{"id":' : `{"id":${i},"by":{"name":"Ada"}}`)),
  );
  const { source, found, trial } = (await describeJson('shapes', [path], reading))!;
  expect(found.rejects.map(({ line, code }) => [line, code])).toEqual([[36, 'LF_REJECT_JSON']]);
  expect(source).toContain('// check: 1 row will be rejected: line 36 (LF_REJECT_JSON)');
  expect(trial.files[0].first[0]).toEqual(['0', 'Ada']);
});

it('writes nothing for a file that the definition would not load', async () => {
  const cut = written(folder, 'cut.json', '{"orders":[{"id":1},{"id":2}]');
  await expect(describeJson('cut', [cut], reading)).rejects.toMatchObject({ code: 'LF_JSON_DOCUMENT' });
  const broken = written(
    folder,
    'broken.ndjson',
    lines(50, (i) => (i < 20 ? `{"id":${i}}` : `{"id":${i}`)),
  );
  await expect(describeJson('broken', [broken], reading)).rejects.toMatchObject({
    code: 'LF_INIT',
    message: expect.stringContaining('60 % of its rows would be rejected, the first in line 21'),
  });
});

it('tries all files, and names keys that no column reads', async () => {
  const files = ['{"id":1,"a":1}\n', '{"id":"x","a":2,"b":3}\n'].map((text, i) =>
    written(folder, `part${i}.ndjson`, text),
  );
  const { source, found } = (await describeJson('parts', files, reading))!;
  expect(source).toContain('// check: no column reads these keys of part1.ndjson: $.b');
  expect(found).toMatchObject({ read: 2, rejectedRows: 0, columns: [{ guess: { type: 'text' } }, {}] });
});
