/** What the definitions say: headers of every dialect, and files that must be beside them. */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { citibikeDialects } from '../../datasets/citibike/dialects.ts';
import { examples } from '../../datasets/index.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import { matchHeader } from '../../model/file/match-header.ts';
import { loadRegistry } from '../../model/registry.ts';
import { builtin, definitionsOf } from '../support/builtin.ts';
import { sharedHome, tempFolder } from '../support/index.ts';

const datasets = builtin.map((definition) => compileDataset(definition));
const byName = (name: string) => datasets.find((dataset) => dataset.name === name)!;
/** The files of an example that define its datasets. */
function definitionFiles(folder: string): string[] {
  const inner = join(folder, 'definitions');
  const others = existsSync(inner) ? readdirSync(inner).map((file) => join(inner, file)) : [];
  return [join(folder, 'dataset.ts'), ...others];
}

const fieldsOf = (name: string, fields: readonly string[]) => {
  const found = matchHeader(byName(name), [...fields], fields.length);
  return Object.fromEntries(byName(name).columns.map((column, i) => [column.name, found[i]]));
};

it('come with these examples', () => {
  expect(examples.map(({ name }) => name).sort()).toEqual([
    'checkins',
    'citibike',
    'orders',
    'store',
    'subscriptions',
    'trips',
  ]);
});

it('are named after their example, the first one as it is', () => {
  for (const [name, definitions] of Object.entries(definitionsOf)) {
    const [first, ...others] = definitions.map((definition) => definition.name);
    expect(first).toBe(name);
    for (const other of others) expect(other).toMatch(new RegExp(`^${name}_`));
  }
});

it('give the same version each time they are compiled, and different ones', () => {
  expect(builtin.map((definition) => compileDataset(definition).version)).toEqual(
    datasets.map(({ version }) => version),
  );
  expect(new Set(datasets.map(({ version }) => version)).size).toBe(datasets.length);
});

it('load from copies that are changed as docs/guide/pipelines.md says', async () => {
  const folder = tempFolder();
  for (const { name } of examples) {
    const copy = join(folder, name);
    cpSync(new URL(`../../datasets/${name}`, import.meta.url), copy, { recursive: true });
    for (const path of definitionFiles(copy)) {
      const text = readFileSync(path, 'utf8');
      writeFileSync(
        path,
        text
          .replace(new RegExp(`(name|parent): '(${name}(?:_\\w+)?)'`, 'g'), `$1: 'my_$2'`)
          .replace(/'(?:\.\.\/)+model\/index\.ts'/, `'landfall'`),
      );
    }
  }
  const registry = await loadRegistry({ builtin: [], paths: [folder], home: sharedHome() });
  expect(registry.broken()).toEqual([]);
  expect(registry.names()).toEqual(datasets.map(({ name }) => `my_${name}`).sort());
});

describe('trips', () => {
  it('knows the time as datetime and as date_time', () => {
    for (const time of ['datetime', 'date_time', 'Date Time']) {
      const fields = fieldsOf('trips', ['region', 'origin_coord', 'destination_coord', time, 'datasource']);
      expect(fields.datetime).toBe(3);
    }
  });

  it('does not guess: a file without regions is refused, and told why', () => {
    expect(() => fieldsOf('trips', ['origin_coord', 'destination_coord', 'datetime', 'datasource'])).toThrow(
      /region/,
    );
  });
});

describe('citibike', () => {
  it('finds its columns under the headers of every dialect', () => {
    for (const { header } of Object.values(citibikeDialects)) {
      expect(fieldsOf('citibike', header)).toMatchObject({
        trip_duration: 0,
        started_at: 1,
        ended_at: 2,
        start_station_id: 3,
        start_station_longitude: 6,
        end_station_id: 7,
        end_station_longitude: 10,
        bike_id: 11,
        user_type: 12,
        year_of_birth: 13,
        gender: 14,
        ride_id: -1,
      });
    }
  });
});

describe('folders', () => {
  for (const [name, definitions] of Object.entries(definitionsOf)) {
    const folder = new URL(`../../datasets/${name}/`, import.meta.url);

    it(`${name}: has no SQL that nobody uses, and each begins by saying what it is`, () => {
      const written = definitionFiles(fileURLToPath(folder)).map((path) => readFileSync(path, 'utf8'));
      for (const kind of ['marts', 'queries', 'checks']) {
        for (const file of readdirSync(new URL(`${kind}/`, folder))) {
          expect(written.join('')).toMatch(new RegExp(`'\\.\\.?/${kind}/${file}'`));
          expect(readFileSync(new URL(`${kind}/${file}`, folder), 'utf8')).toMatch(/^-- [A-Z]/);
        }
      }
    });

    it(`${name}: README names every query, mart and computed column`, () => {
      const readme = readFileSync(new URL('README.md', folder), 'utf8');
      for (const dataset of definitions.map((definition) => byName(definition.name))) {
        const computed = dataset.enrichments.map((enrichment) => enrichment.name);
        const shown = dataset.lake.columns
          .map((column) => column.name)
          .filter((column) => computed.includes(column));
        for (const column of shown) expect(readme).toContain(`\`${column}\``);
        for (const { name: query } of dataset.queries) expect(readme).toContain(`| \`${query}\` `);
        for (const { name: mart } of dataset.marts) expect(readme).toContain(`\`star.${mart}\``);
      }
    });
  }
});
