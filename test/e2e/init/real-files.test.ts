/**
 * Real files from npm packages whose licences allow to copy them. index.json names their sources; `records` was
 * counted by Python's csv module, header included.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeFiles } from '../../../cli/init/describe-files.ts';
import { createKernel } from '../../../kernel/kernel.ts';

interface RealFile {
  readonly file: string;
  readonly package: string;
  readonly records: number;
}

const folder = fileURLToPath(new URL('real-files', import.meta.url));
const files: RealFile[] = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
/** Files without a header. */
const headerless = new Set(['dataframe-js-titanic.csv', 'papaparse-long.csv']);

it.each(files)('$package: $file loads wholly with what is written for it', async ({ file, records }) => {
  const options = { kernel: await createKernel(), signal: new AbortController().signal };
  const { found, trial } = await describeFiles('real', [join(folder, file)], options);
  const rows = headerless.has(file) ? records : records - 1;
  expect([found.dialect.header === null, found.rowCount, found.rejectedRows]).toEqual([
    headerless.has(file),
    rows,
    0,
  ]);
  expect(trial.files).toMatchObject([{ rows, rejected: 0 }]);
});
