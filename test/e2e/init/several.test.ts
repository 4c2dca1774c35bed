/** Several files of one kind: one definition that loads them all. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { generateCitibike } from '../../../datasets/citibike/generate.ts';
import { writeGenerated } from '../../../datasets/generated.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { duckRows } from '../../sinks/lake/support.ts';
import { sharedHome, tempFolder } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';
import { initInto, lakeRows, sorted, type Written, written } from './support.ts';

let site: TestSite | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});

interface Several {
  readonly written: Written;
  readonly rows: readonly (readonly (string | null)[])[];
  readonly optional: readonly string[];
  readonly names: readonly string[];
}

/** Writes one definition of the files, named or by their folder, and loads all of them. */
async function loadSeveral(files: Readonly<Record<string, string>>, byFolder = false): Promise<Several> {
  const folder = tempFolder();
  mkdirSync(join(folder, 'months'));
  const paths = Object.entries(files).map(([name, content]) => {
    const path = join(folder, 'months', name);
    writeFileSync(path, content);
    return path;
  });
  const named = byFolder ? [join(folder, 'months')] : paths;
  const definition = await initInto(folder, 'months', named);
  const open = await testSite({ backend: 'postgres', folder, datasets: [join(folder, 'datasets')] });
  site = open;
  const registry = await loadRegistry({ paths: [join(folder, 'datasets')], home: sharedHome() });
  const dataset = registry.get('months')!;
  for (const path of paths.filter((path) => !basename(path).startsWith('.'))) {
    const copy = join(folder, `copy-${basename(path)}`);
    copyFileSync(path, copy);
    const receipt = await open.drop('months', copy);
    expect(receipt, definition.source).toMatchObject({ status: 'done', rows: { rejected: 0 } });
    expect(receipt.checks.filter(({ ok }) => !ok)).toEqual([]);
  }
  return {
    written: definition,
    rows: await lakeRows(folder, dataset),
    optional: dataset.columns.filter(({ optional }) => optional).map(({ name }) => name),
    names: dataset.columns.map(({ name }) => name),
  };
}

describe('init of several files', () => {
  it('columns that only some files have are optional', async () => {
    const { rows, optional, names } = await loadSeveral({
      'jan.csv': 'id,name,city\n1,Ada,Rome\n2,Bob,Oslo\n',
      'feb.csv': 'name,id,phone\nCid,3,x1\nDan,4,x2\n',
    });
    expect([names, optional]).toEqual([
      ['id', 'name', 'city', 'phone'],
      ['city', 'phone'],
    ]);
    expect(sorted(rows)).toEqual([
      ['1', 'Ada', 'Rome', null],
      ['2', 'Bob', 'Oslo', null],
      ['3', 'Cid', null, 'x1'],
      ['4', 'Dan', null, 'x2'],
    ]);
  });

  it('a column that another file names differently gets an alias', async () => {
    const { rows, written, names } = await loadSeveral({
      'a.csv': 'id,town,Sold At\n1,Rome,2024-01-02\n2,Oslo,2024-01-03\n3,Bern,2024-01-04\n',
      'b.csv': 'ID,municipality,sold_at\n4,Rome,2024-02-02\n5,Oslo,2024-02-03\n6,Wien,2024-02-04\n',
    });
    expect(names).toEqual(['id', 'town', 'sold_at']);
    expect(written.source).toContain("aliases: ['municipality']");
    expect(rows).toHaveLength(6);
    expect(sorted(rows)[5]).toEqual(['6', 'Wien', '2024-02-04']);
  });

  it('files in different dialects, of a folder; a type holds the values of all of them', async () => {
    const { rows, written } = await loadSeveral(
      {
        '1.csv': 'id,n,at\n1,5,2024-01-02\n2,6,2024-01-03\n',
        '2.tsv': 'id\tn\tat\n3\t7.25\t2024-01-04\n4\t\t2024-01-05\n',
        '3.csv': '\u{feff}"id";"n";"at"\r\n"5";"9";"2024-01-06"\r\n',
        '.hidden': 'not a table',
      },
      true,
    );
    expect(written.source).toMatch(/dialect: \{ delimiter: 'auto'/);
    expect(written.said).toContain('the files differ in delimiter');
    expect(sorted(rows)).toEqual([
      ['1', '5.00', '2024-01-02'],
      ['2', '6.00', '2024-01-03'],
      ['3', '7.25', '2024-01-04'],
      ['4', null, '2024-01-05'],
      ['5', '9.00', '2024-01-06'],
    ]);
  });

  it.each([
    [
      'first',
      {
        'a.csv': 'id,name,day\n1,ann,2024-01-05\n2,bob,2024-01-06\n',
        'b.csv': '3,cy,2024-02-05\n4,di,2024-02-06\n',
      },
    ],
    [
      'last',
      {
        'a.csv': '3,cy,2024-02-05\n4,di,2024-02-06\n',
        'b.csv': 'id,name,day\n1,ann,2024-01-05\n2,bob,2024-01-06\n',
      },
    ],
  ])('a file without a header has the columns of one with a header, which comes %s', async (_, files) => {
    const { written: definition, rows, names } = await loadSeveral(files);
    expect(definition.source).toContain("header: 'auto'");
    expect(names).toEqual(['id', 'name', 'day']);
    expect(sorted(rows)).toEqual([
      ['1', 'ann', '2024-01-05'],
      ['2', 'bob', '2024-01-06'],
      ['3', 'cy', '2024-02-05'],
      ['4', 'di', '2024-02-06'],
    ]);
  });

  it('a file without a header and with other columns is refused, with the names', async () => {
    const folder = tempFolder();
    const named = written(folder, 'named.csv', 'id,name,day\n1,ann,2024-01-05\n2,bob,2024-01-06\n');
    const bare = written(folder, 'bare.csv', '3,2024-02-05\n4,2024-02-06\n');
    await expect(initInto(folder, 'both', [named, bare])).rejects.toMatchObject({
      code: 'LF_INIT',
      message: expect.stringContaining(
        'bare.csv has no header, and not the columns of named.csv in the same order: describe them apart',
      ),
    });
  });

  it('a header of one record in some and of several in others is refused, with the names', async () => {
    const folder = tempFolder();
    const one = written(folder, 'one.csv', 'id,weight\n1,2.5\n2,3.5\n');
    const two = written(folder, 'two.csv', 'id,weight\n,kg\n3,2.5\n4,3.5\n');
    const more = written(folder, 'more.csv', 'id,weight\n,lb\n5,2.5\n6,3.5\n');
    await expect(initInto(folder, 'weights', [one, two, more])).rejects.toMatchObject({
      code: 'LF_INIT',
      message: expect.stringContaining(
        'the header of one.csv has 1 record, and the header of two.csv has 2 records: describe them apart',
      ),
    });
    expect(existsSync(join(folder, 'datasets'))).toBe(false);
    expect((await initInto(folder, 'both', [two, more])).source).toContain('headerRows: 2');
  });

  it('notes at the end are left out if all files have as many', async () => {
    const folder = tempFolder();
    const rows = '1,2\n3,4\n5,6\n7,8\n';
    const noted = written(folder, 'noted.csv', `id,n\n${rows}Total 4 rows\n`);
    const also = written(folder, 'also.csv', `id,n\n${rows}Source: the office\n`);
    const plain = written(folder, 'plain.csv', `id,n\n${rows}`);
    expect((await initInto(folder, 'all', [noted, also])).source).toContain('skipFooterLines: 1');
    expect((await initInto(folder, 'some', [noted, plain])).source).not.toContain('skipFooterLines');
  });

  it('months of bike rides in three dialects, with times in two formats', async () => {
    const folder = tempFolder();
    const paths: string[] = [];
    for (const variant of ['title', 'quoted', 'crlf'] as const) {
      const path = join(folder, `${variant}.csv`);
      await writeGenerated(path, generateCitibike({ rows: 1500, seed: 5, variant }));
      paths.push(path);
    }
    const written = await initInto(folder, 'rides', paths);
    const open = await testSite({ backend: 'postgres', folder, datasets: [join(folder, 'datasets')] });
    site = open;
    const sums = sumsOf(paths);
    for (const path of paths) {
      expect(await open.drop('rides', path), written.source).toMatchObject({
        status: 'done',
        rows: { loaded: 1500, rejected: 0 },
      });
    }
    const parts = `read_parquet('${join(folder, 'lake/rides/**/*.parquet')}', hive_partitioning = false)`;
    const [loaded] = await duckRows(`
      select sum(trip_duration)::bigint as seconds, sum(bike_id)::bigint as bikes, count(birth_year) as born,
        sum(epoch(start_time))::bigint as started from ${parts}`);
    expect(loaded).toEqual(sums);
  });
});

/** Sums of columns, by nothing but their places. */
function sumsOf(paths: readonly string[]): Record<string, bigint> {
  const sums = { seconds: 0n, bikes: 0n, born: 0n, started: 0n };
  for (const path of paths) {
    const [, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
    for (const line of lines) {
      const fields = line.replaceAll('"', '').split(',');
      sums.seconds += BigInt(fields[0]);
      sums.bikes += BigInt(fields[11]);
      sums.born += /^\d+$/.test(fields[13]) ? 1n : 0n;
      sums.started += BigInt(Date.parse(`${fields[1]} UTC`) / 1000);
    }
  }
  return sums;
}
