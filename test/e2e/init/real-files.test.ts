/**
 * Real files from packages of npm, and of data in Python, whose licences allow to copy them. index.json names their
 * sources; `records` was counted by Python's csv module, header included; `left` of them are titles, notes or blank.
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
  readonly left?: number;
}

const folder = fileURLToPath(new URL('real-files', import.meta.url));
const files: RealFile[] = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
/** Files without a header. */
const headerless = new Set(['dataframe-js-titanic.csv', 'papaparse-long.csv']);

it.each(files)(
  '$package: $file loads wholly with what is written for it',
  async ({ file, records, left = 0 }) => {
    const options = { kernel: await createKernel(), signal: new AbortController().signal };
    const { found, trial } = await describeFiles('real', [join(folder, file)], options);
    const rows = records - left - (headerless.has(file) ? 0 : 1);
    expect([found.dialect.header === null, found.rowCount, found.rejectedRows]).toEqual([
      headerless.has(file),
      rows,
      0,
    ]);
    expect(trial.files).toMatchObject([{ rows, rejected: 0 }]);
  },
);
