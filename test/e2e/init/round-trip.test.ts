/** Tables of every type, dialect and encoding: the definition that `init` writes reads the values that went in. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { describeFiles } from '../../../cli/init/describe-files.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import type { Kernel } from '../../../kernel/types.ts';
import { tempFolder } from '../../support/index.ts';
import type { TestSite } from '../site.ts';
import { initInto, lakeRows, loadInOneSite, parsedRows, sorted, written } from './support.ts';
import { type WrittenTable, writtenTable } from './tables.ts';

/** Of the tables; another one finds other faults. */
const seed = Number(process.env.INIT_SEED ?? 1);
const runs = Number(process.env.INIT_RUNS ?? 120);
const loadedRuns = 20;

let kernel: Kernel;
let site: TestSite | undefined;
beforeAll(async () => {
  kernel = await createKernel();
});
afterEach(() => site?.close());

const { signal } = new AbortController();

/** A value as one text, whichever type holds it. */
function plainText(text: string | null, type: string): string | null {
  if (text === null) return null;
  switch (type) {
    case 'integer':
    case 'bigint':
    case 'numeric':
      return text
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
        .replace(/^-0$/, '0');
    case 'float8':
      return String(Number(text));
    case 'timestamp':
      return text
        .replace(/\+00$/, '')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
        .replace(/ 00:00:00$/, '');
    case 'interval':
      return text.replace(/^0(?=\d+:)/, '');
    case 'point':
      return text.replace(/\.0(?=[,)])/g, '');
    case 'uuid':
      return text.replaceAll('-', '');
    case 'json':
      return JSON.stringify(JSON.parse(text));
    default:
      return text;
  }
}

function plainRows(
  rows: readonly (readonly (string | null)[])[],
  { columns }: WrittenTable,
): (string | null)[][] {
  return rows.map((row) => row.map((text, c) => plainText(text, columns[c].type)));
}

it(`${runs} tables are read as they were written`, async () => {
  const path = join(tempFolder(), 'table.csv');
  const failures: unknown[] = [];
  for (const [number, table] of fc.sample(writtenTable, { seed, numRuns: runs }).entries()) {
    const difference = await differenceOf(path, table).catch((error: Error) => error.message);
    if (difference === null) continue;
    const { dialect, columns } = table;
    failures.push({ number, dialect, columns: columns.map(({ spelling }) => spelling), difference });
  }
  expect(failures.slice(0, 10), `seed ${seed}: ${failures.length} tables`).toEqual([]);
});

/** What is wrong with a table that was described and read again; null if nothing is. */
async function differenceOf(path: string, table: WrittenTable): Promise<unknown> {
  writeFileSync(path, table.bytes);
  const { source, trial } = await describeFiles('table', [path], { kernel, signal });
  const { rows, rejected } = await parsedRows(path, trial.dataset, kernel);
  const types = trial.dataset.columns.map(({ logical }) => kindOf(logical.type));
  const wanted = { types: table.columns.map(({ type }) => kindOf(type)), rows: plainRows(table.rows, table) };
  if (rejected > 0 || !isDeepStrictEqual(types, wanted.types)) return { rejected, types, source };
  const read = plainRows(rows, table);
  const row = wanted.rows.findIndex((one, r) => !isDeepStrictEqual(one, read[r]));
  if (row < 0 && read.length === wanted.rows.length) return null;
  return { row, wanted: wanted.rows[row], read: read[row], source };
}

/** Types that hold the same values: a column of few rows may show less than its type can hold. */
function kindOf(type: string): string {
  if (['integer', 'bigint', 'numeric', 'float8'].includes(type)) return 'number';
  return type;
}

it(`${loadedRuns} of them are loaded as they were written`, async () => {
  const folder = tempFolder();
  const tables = fc.sample(writtenTable, { seed: seed + 1, numRuns: loadedRuns });
  const paths = tables.map(({ bytes }, i) => written(folder, `table_${i}.csv`, bytes));
  for (const [i, path] of paths.entries()) await initInto(folder, `table_${i}`, [path]);
  const files = paths.map((path, i) => ({ name: `table_${i}`, path }));
  const all = await loadInOneSite(folder, files);
  site = all.site;
  for (const [i, table] of tables.entries()) {
    const { dataset, receipt } = all.loaded.get(`table_${i}`)!;
    const rows = await lakeRows(folder, dataset);
    expect(receipt).toMatchObject({ status: 'done', rows: { loaded: table.rows.length, rejected: 0 } });
    expect(sorted(plainRows(rows, table))).toEqual(sorted(plainRows(table.rows, table)));
  }
});
