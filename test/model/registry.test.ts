import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defineDataset, lookup, text } from '../../model/index.ts';
import { loadRegistry } from '../../model/registry.ts';
import { landfall } from '../cli/run.ts';
import { tempFolder } from '../support/index.ts';

const builtin = [
  defineDataset({ name: 'trips', columns: { region: text() }, star: { fact: 'fact_trip' } }),
  defineDataset({
    name: 'rides',
    columns: { station: text() },
    star: { fact: 'fact_ride', dimensions: { station_key: lookup('dim_station', { name: 'station' }) } },
  }),
];

/** A user's TypeScript, with types to strip and a helper beside it. */
function definition(name: string, column = 'text()'): string {
  return `import { defineDataset, integer, text, year, timestamp, type Column } from 'landfall';
const amount: Column<'integer'> | Column<'text'> = ${column};
export default defineDataset({
  name: '${name}',
  columns: { amount, at: timestamp({ formats: ['d MMMM yyyy HH:mm'], locale: 'ru' }) },
  enrich: (c) => ({ year: year(c.at) }),
  lake: { partitionBy: ['year'] },
  star: { fact: 'fact_${name}' },
});
`;
}

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

test('definitions come from files, from subfolders and from a flat folder, with `landfall` as this program', async () => {
  const folder = folderOf({
    'sales/dataset.ts': definition('sales'),
    'stock.ts': definition('stock', 'integer()'),
    'helper.ts': 'export const three: number = 3;\n',
    'notes.md': 'no definition',
  });
  const single = folderOf({ 'one.js': definition('one').replace(/, type Column|: Column[^=]*/g, ' ') });
  const registry = await loadRegistry({ builtin, paths: [folder, join(single, 'one.js')] });
  expect(registry.names()).toEqual(['one', 'rides', 'sales', 'stock', 'trips']);
  expect(registry.get('sales')?.lake.partitionBy).toEqual([{ name: 'year', vector: 'year', pad: 4 }]);
  expect(registry.get('stock')?.columns[0].type.kind).toBe('int32');
  expect(registry.get('nothing')).toBeUndefined();
  expect(registry.all()).toHaveLength(5);
});

test('what a definition is in JavaScript is kept in a home that is there, until the definition changes', async () => {
  const folder = folderOf({ 'sales/dataset.ts': definition('sales') });
  const home = join(folder, '.landfall');
  const kept = () => readdirSync(join(home, 'definitions')).length;
  const ddl = async () => {
    const env = { LANDFALL_DATASETS: join(folder, 'sales') };
    return (await landfall(['ddl', 'sales'], { cwd: folder, env })).stdout;
  };
  const sql = await ddl();
  expect(existsSync(home)).toBe(false);
  mkdirSync(home);
  expect(await ddl()).toBe(sql);
  expect(kept()).toBe(1);
  expect(await ddl()).toBe(sql);
  writeFileSync(join(folder, 'sales/dataset.ts'), definition('sales').replace('fact_', 'facts_of_'));
  expect(await ddl()).toBe(sql.replaceAll('fact_sales', 'facts_of_sales'));
  expect(kept()).toBe(1);
});

test('a definition of the user takes the place of a built-in one of its name', async () => {
  const folder = folderOf({ 'dataset.ts': definition('trips') });
  const registry = await loadRegistry({ builtin, paths: [folder] });
  expect(registry.get('trips')?.columns.map(({ name }) => name)).toEqual(['amount', 'at']);
});

test('what is wrong is named with its file', async () => {
  const folder = folderOf({
    'syntax/dataset.ts': 'export default {{',
    'throws/dataset.ts': "throw new Error('no such thing');",
    'empty/dataset.ts': 'export const three = 3;',
    'wrong/dataset.ts': definition('wrong').replace("'year'", "'yeer'"),
    'unknown/dataset.ts': "import { nothing } from 'landfall'; export default nothing();",
    'twice/a.ts': definition('again'),
    'twice/b.ts': definition('again'),
  });
  const load = (path: string) => loadRegistry({ builtin, paths: [join(folder, path)] });
  const file = { code: 'LF_DEFINITION_FILE' };
  await expect(load('nowhere')).rejects.toMatchObject({
    ...file,
    message: expect.stringContaining('nowhere'),
  });
  await expect(load('syntax')).rejects.toMatchObject({
    ...file,
    message: expect.stringContaining('syntax/dataset.ts'),
  });
  await expect(load('throws')).rejects.toMatchObject({
    ...file,
    message: expect.stringContaining('no such thing'),
  });
  await expect(load('unknown')).rejects.toMatchObject({
    ...file,
    message: expect.stringContaining('nothing'),
  });
  await expect(load('empty')).rejects.toThrow(/dataset\.ts exports nothing that defineDataset returned/);
  await expect(load('twice')).rejects.toThrow(/the dataset again is defined in .*a\.ts too/);
  await expect(load('wrong')).rejects.toMatchObject({
    code: 'LF_DEFINITION',
    message: expect.stringMatching(
      /wrong \(.*wrong\/dataset\.ts\) has mistakes:\n {2}lake\.partitionBy\[0\].*yeer/,
    ),
  });
});

test('datasets may share a dimension table that agrees, and no fact table', async () => {
  const station = (name: string, fact: string, attribute: object) =>
    defineDataset({
      name,
      columns: { station: text(), area: text() },
      star: {
        fact,
        dimensions: { k: lookup('dim_station', { name: 'station' }, attribute as Record<string, 'area'>) },
      },
    });
  await expect(
    loadRegistry({ builtin: [...builtin, station('other', 'fact_other', {})], paths: [] }),
  ).resolves.toBeDefined();
  await expect(
    loadRegistry({ builtin: [...builtin, station('other', 'fact_ride', { area: 'area' })], paths: [] }),
  ).rejects.toThrow(
    /fact_ride belongs to rides[\s\S]*star\.dim_station.*rides gives the table other columns/,
  );
});
