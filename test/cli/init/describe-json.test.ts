/** What a definition of JSON says of the files that it was written from. */
import { expect, it } from 'vitest';
import { describeJson } from '../../../cli/init/describe-json.ts';
import { written } from '../../e2e/init/support.ts';
import { tempFolder } from '../../support/index.ts';

const folder = tempFolder();

it('reads lines as lines, and refuses a document with two values for the key of its records', async () => {
  const twice = '{"id":1,"items":1,"items":[{"sku":"a"}]}\n';
  const lines = written(folder, 'lines.ndjson', twice + twice);
  expect((await describeJson('orders', [lines]))!.source).toContain('format: ndjson()');
  const document = written(folder, 'twice.json', twice);
  await expect(describeJson('orders', [document])).rejects.toMatchObject({ code: 'LF_JSON_RECORDS' });
});

it('names the file whose records were looked at, and no other', async () => {
  const files = ['{"id":1}\n', '{"id":2}\n'].map((text, i) => written(folder, `file${i}.ndjson`, text));
  const { source } = (await describeJson('orders', files))!;
  expect(source).toContain('from the first 1 record of file0.ndjson.');
  expect(source).not.toContain('file1');
});
