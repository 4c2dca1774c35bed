/** Files that nobody has described: `init` writes a definition, and ingest loads the file with it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../cli/run.ts';
import { tempFolder } from '../../support/index.ts';
import type { TestSite } from '../site.ts';
import type { Case } from './cases/case.ts';
import { headerCases } from './cases/headers.ts';
import { layoutCases } from './cases/layouts.ts';
import { spreadsheetCases } from './cases/spreadsheets.ts';
import { valueCases } from './cases/values.ts';
import { initInto, type Loaded, lakeRows, loadInOneSite, sorted, type Written, written } from './support.ts';

const ours: readonly (Case & { readonly name: string })[] = [
  ...headerCases,
  ...layoutCases,
  ...spreadsheetCases,
  ...valueCases,
].map((one, i, all) => {
  const before = all.slice(0, i).filter(({ kind }) => kind === one.kind).length;
  return { ...one, name: `${one.kind}_${before + 1}` };
});

/** The inputs that the project was given, if they are there. */
const given = join(root, '../shared/cases/init');
const givenFiles = existsSync(given) ? readdirSync(given).filter((name) => name.endsWith('.csv')) : [];
if (givenFiles.length === 0) console.warn(`SKIPPED: inputs of init, because ${given} has no CSV files`);
const givenName = (file: string) => `given_${file.slice(0, -4).toLowerCase().replaceAll('-', '_')}`;

/** Rows that are loaded and rejected of the given inputs, if that is not each of `rows` lines and none. */
const rowsOfGiven: Readonly<Record<string, readonly [loaded: number, rejected: number]>> = {
  '07_no_header.csv': [3, 0],
  '13_preamble.csv': [4, 0],
  '14_preamble_same_width.csv': [2, 0],
  '17_one_bad_row_of_50.csv': [49, 1],
  '20_utf16.csv': [2, 0],
  '21_header_only.csv': [0, 0],
  '25_cr_line_ends.csv': [2, 0],
  '26_footer.csv': [10, 0],
  '30_two_header_rows.csv': [2, 0],
};

let site: TestSite;
let loaded: ReadonlyMap<string, Loaded>;
const definitions = new Map<string, Written>();
beforeAll(async () => {
  const folder = tempFolder();
  const files = [
    ...ours.map(({ name, content }) => ({ name, path: written(folder, `${name}.csv`, content) })),
    ...givenFiles.map((file) => ({
      name: givenName(file),
      path: written(folder, file, readFileSync(join(given, file))),
    })),
  ];
  for (const { name, path } of files) definitions.set(name, await initInto(folder, name, [path]));
  ({ site, loaded } = await loadInOneSite(folder, files));
}, 400_000);
afterAll(() => site?.close());

async function rejectsOf(dataset: string): Promise<string[]> {
  const rows = await site.query<{ line: string; code: string }>(
    `select r.line, r.code from landfall.reject r join landfall.file f using (file_id)
     where f.dataset = $1 order by r.line`,
    [dataset],
  );
  return rows.map(({ line, code }) => `${line} ${code.replace('LF_REJECT_', '')}`);
}

describe('init writes a definition that loads its own file', () => {
  it.each(ours.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const { dataset, receipt } = loaded.get(name)!;
    const written = definitions.get(name)!;
    const rows = await lakeRows(site.folder, dataset);
    const { rejects = [] } = one;
    expect(
      { rows: sorted(rows), rejects: await rejectsOf(name), status: receipt.status },
      written.source,
    ).toEqual({ rows: sorted(one.rows), rejects, status: 'done' });
    expect(receipt.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(receipt.rows).toMatchObject({ loaded: one.rows.length, rejected: rejects.length });
    const { columns } = dataset;
    if (one.names !== undefined) expect(columns.map(({ name }) => name).join(' ')).toBe(one.names);
    if (one.types !== undefined) expect(columns.map(({ logical }) => logical.type).join(' ')).toBe(one.types);
    if (one.written !== undefined) expect(written.source).toMatch(one.written);
    if (one.said !== undefined) expect(written.said).toMatch(one.said);
  });
});

describe.skipIf(givenFiles.length === 0)('and that of each given input', () => {
  it.each(givenFiles)('%s', (file) => {
    const { receipt } = loaded.get(givenName(file))!;
    const { source } = definitions.get(givenName(file))!;
    const lines = readFileSync(join(given, file), 'latin1').split('\n').length - 2;
    const [rows, rejected] = rowsOfGiven[file] ?? [lines, 0];
    expect(receipt, source).toMatchObject({ status: 'done', rows: { loaded: rows, rejected } });
    expect(receipt.checks.filter(({ ok }) => !ok)).toEqual([]);
  });
});
