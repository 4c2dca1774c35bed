import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defineDataset, lookup, text } from '../../model/index.ts';
import { datasetNamed, loadRegistry } from '../../model/registry.ts';
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

test('a broken definition stops its own dataset, is named with its file, and stops no other', async () => {
  const folder = folderOf({
    'good/dataset.ts': definition('good'),
    'syntax/dataset.ts': 'export default {{',
    'throws/dataset.ts': "throw new Error('no such thing');",
    'empty/dataset.ts': 'export const three = 3;',
    'wrong/dataset.ts': definition('wrong').replace("'year'", "'yeer'"),
    'unknown/dataset.ts': "import { nothing } from 'landfall'; export default nothing();",
    'trips/dataset.ts': 'export default {{',
    'a.ts': definition('again'),
    'b.ts': definition('again'),
    'helper.ts': "throw new Error('a helper');",
  });
  const paths = [folder, join(folder, 'nowhere')];
  const registry = await loadRegistry({ builtin, paths });
  // A built-in dataset of the name of a broken definition is not what the user means.
  expect(registry.names()).toEqual(['good', 'rides']);
  const broken = registry.broken().map(({ dataset, file, error }) => {
    return [dataset, file.replace(folder, ''), error.code, error.message] as const;
  });
  const file = 'LF_DEFINITION_FILE';
  expect(broken.sort()).toEqual([
    [null, '/nowhere', 'LF_DEFINITION_MISSING', expect.stringContaining('there is no such file or folder')],
    ['again', '/a.ts', file, expect.stringMatching(/the dataset again is defined in .*b\.ts too/)],
    ['again', '/b.ts', file, expect.stringMatching(/the dataset again is defined in .*a\.ts too/)],
    ['empty', '/empty/dataset.ts', file, expect.stringMatching(/does not export a dataset/)],
    ['helper', '/helper.ts', 'LF_DEFINITION_IMPORT', expect.stringContaining('a helper')],
    ['syntax', '/syntax/dataset.ts', 'LF_DEFINITION_IMPORT', expect.stringContaining('syntax/dataset.ts')],
    ['throws', '/throws/dataset.ts', 'LF_DEFINITION_IMPORT', expect.stringContaining('no such thing')],
    ['trips', '/trips/dataset.ts', 'LF_DEFINITION_IMPORT', expect.any(String)],
    ['unknown', '/unknown/dataset.ts', 'LF_DEFINITION_IMPORT', expect.stringContaining('nothing')],
    [
      'wrong',
      '/wrong/dataset.ts',
      'LF_DEFINITION',
      expect.stringMatching(/wrong \(.*wrong\/dataset\.ts\) has mistakes:\n {2}lake\.partitionBy\[0\].*yeer/),
    ],
  ]);
  expect(() => datasetNamed(registry, 'wrong')).toThrow(/wrong cannot be used.*dataset\.ts.*yeer/s);
  expect(() => datasetNamed(registry, 'nothing')).toThrow(
    'There is no dataset nothing. Known datasets: good, rides.',
  );
});

test('folders that nobody named need not be there', async () => {
  const registry = await loadRegistry({ paths: [join(tempFolder(), 'datasets')], optional: true });
  expect([registry.names(), registry.broken()]).toEqual([[], []]);
});

test('an example is there, with all its datasets, where a path asks for it', async () => {
  const [trips, rides] = builtin;
  const examples = [
    { name: 'trips', load: async () => [trips] },
    {
      name: 'bikes',
      load: async () => [rides, defineDataset({ name: 'stations', columns: { id: text() }, star: 'none' })],
    },
  ];
  const names = async (...paths: string[]) => {
    const registry = await loadRegistry({ examples, paths });
    return [...registry.names(), ...registry.broken().map(({ error }) => error.message)];
  };
  expect(await names()).toEqual([]);
  expect(await names('example:trips')).toEqual(['trips']);
  expect(await names('example:bikes')).toEqual(['rides', 'stations']);
  expect(await names('example:*', 'example:trips')).toEqual(['rides', 'stations', 'trips']);
  expect(await names('example:boats')).toEqual([expect.stringContaining('there are trips, bikes')]);
});

describe('definitions that are read again', () => {
  const write = (folder: string, path: string, content: string) => writeFileSync(join(folder, path), content);

  test('are the current ones, with all that they import; what has not changed stays the same object', async () => {
    const folder = folderOf({
      'stock.ts': definition('stock'),
      'sales.ts': `import { fact } from './lib/names.ts';\n${definition('sales').replace("'fact_sales'", 'fact')}`,
      'lib/names.ts': "export const fact = 'fact_one';",
    });
    const registry = await loadRegistry({ paths: [folder] });
    const [stock, sales] = [registry.get('stock'), registry.get('sales')!];
    expect(await registry.reload()).toBe(false);
    write(folder, 'lib/names.ts', "export const fact = 'fact_two';");
    write(folder, 'more.ts', definition('more'));
    expect(await registry.reload()).toBe(true);
    expect(registry.names()).toEqual(['more', 'sales', 'stock']);
    expect(registry.get('sales')?.star?.fact).toBe('fact_two');
    expect(registry.get('stock')).toBe(stock);
    expect(registry.version('sales', sales.version)).toBe(sales);
    expect(registry.version('sales', registry.get('sales')!.version)).toBe(registry.get('sales'));
    // What a definition says beside its version counts too.
    write(folder, 'stock.ts', definition('stock').replace('columns:', "versions: 'replace', columns:"));
    expect(await registry.reload()).toBe(true);
    expect(registry.get('stock')).toMatchObject({ version: stock!.version, versions: 'replace' });
  });

  test('are broken for as long as they are, under the name that they had', async () => {
    const folder = folderOf({ 'shop.ts': definition('sales') });
    const registry = await loadRegistry({ paths: [folder] });
    const { version } = registry.get('sales')!;
    write(folder, 'shop.ts', 'export default {{');
    expect(await registry.reload()).toBe(true);
    expect(registry.broken()).toMatchObject([{ dataset: 'sales' }]);
    expect(registry.version('sales', version)).toBeDefined();
    write(folder, 'shop.ts', definition('sales'));
    expect(await registry.reload()).toBe(true);
    expect([registry.names(), registry.broken()]).toEqual([['sales'], []]);
  });

  test('take no table from a dataset that has it already', async () => {
    const folder = folderOf({ 'sales.ts': definition('sales') });
    const registry = await loadRegistry({ paths: [folder] });
    write(folder, 'first.ts', definition('first').replace('fact_first', 'fact_sales'));
    await registry.reload();
    expect(registry.names()).toEqual(['sales']);
    expect(registry.broken()).toMatchObject([
      {
        dataset: 'first',
        error: { message: expect.stringMatching(/the table belongs to the dataset sales/) },
      },
    ]);
  });
});

test("a table that an example has too belongs to the user's own dataset", async () => {
  const folder = folderOf({ 'own.ts': definition('own').replace('fact_own', 'fact_trip') });
  const registry = await loadRegistry({ builtin, paths: [folder] });
  expect(registry.names()).toEqual(['own', 'rides']);
  expect(registry.broken()).toMatchObject([{ dataset: 'trips' }]);
  writeFileSync(join(folder, 'later.ts'), definition('later').replace('fact_later', 'fact_ride'));
  await registry.reload();
  expect(registry.names()).toEqual(['later', 'own']);
});

describe('a dimension table of two datasets', () => {
  const station = (name: string, shared: boolean, attribute: Record<string, 'area'> = {}) =>
    defineDataset({
      name,
      columns: { station: text(), area: text() },
      star: {
        fact: `fact_${name}`,
        dimensions: { k: lookup('dim_station', { name: 'station' }, attribute, { shared }) },
      },
    });
  const mistakes = async (...datasets: ReturnType<typeof station>[]) => {
    const registry = await loadRegistry({ builtin: datasets, paths: [] });
    expect(registry.get('one')).toBeDefined();
    return registry.broken().map(({ dataset, error }) => `${dataset}: ${error.message}`);
  };

  test('is shared when both say so', async () => {
    expect(await mistakes(station('one', true), station('two', true))).toEqual([]);
  });

  test.each([
    [
      true,
      false,
      /two: .*star\.dimensions \(star\.dim_station\): the dataset one has that table too, and two does not share/s,
    ],
    [false, true, /two: .*the dataset one has that table too, and one does not share/s],
    [false, false, /two: .*and two and one do not share it.*add \{ shared: true \}/s],
  ])('stops the second where they do not both say so (%s, %s), and names both', async (one, two, message) => {
    expect(await mistakes(station('one', one), station('two', two))).toEqual([
      expect.stringMatching(message),
    ]);
  });

  test('stops the second where they do not agree', async () => {
    expect(await mistakes(station('one', true), station('two', true, { area: 'area' }))).toEqual([
      expect.stringMatching(/two: .*one gives the table other columns/s),
    ]);
  });

  test('says nothing about the version: it can be shared later', async () => {
    const versionOf = async (shared: boolean) =>
      (await loadRegistry({ builtin: [station('one', shared)], paths: [] })).get('one')!.version;
    expect(await versionOf(true)).toBe(await versionOf(false));
  });
});
