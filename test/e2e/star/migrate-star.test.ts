/** Definitions that change otherwise than by an addition: the migration that is printed works as it is printed. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { main } from '../../cli/run.ts';
import { sharedHome, tempFolder } from '../../support/index.ts';
import { replayed, undone } from '../again.ts';
import type { TestSite } from '../site.ts';
import { type Change, csv, first, next, old, Sites, staged } from './changing-sales.ts';

describe('a definition that changed', () => {
  const sites = new Sites();
  afterEach(() => sites.close());
  const siteOf = sites.siteOf.bind(sites);
  const closed = sites.closed.bind(sites);
  const changedTo = sites.changedTo.bind(sites);

  /** Runs the migration that an error prints, as it is printed, with psql and the command. */
  const migrated = (site: TestSite, datasets: readonly string[], { fix }: { fix: string }): void => {
    const migration = fix.slice(fix.indexOf(':\n') + 2);
    const bin = tempFolder();
    writeFileSync(join(bin, 'landfall'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, {
      mode: 0o755,
    });
    const isScript = migration.startsWith('psql');
    const options = {
      cwd: site.folder,
      input: migration,
      encoding: 'utf8' as const,
      env: {
        ...process.env,
        PATH: `${bin}:${process.env.PATH}`,
        DATABASE_URL: site.database.url,
        LANDFALL_DATASETS: datasets.join(','),
        LANDFALL_HOME: sharedHome(),
        LANDFALL_WORKERS: '1',
        PGOPTIONS: '--client-min-messages=warning',
      },
    };
    const [program, args] = isScript
      ? (['bash', ['-e']] as const)
      : (['psql', [site.database.url, '-q', '-v', 'ON_ERROR_STOP=1']] as const);
    const run = spawnSync(program, args, options);
    expect({ status: run.status, stderr: isScript ? '' : run.stderr }, run.stderr + run.stdout).toEqual({
      status: 0,
      stderr: '',
    });
  };
  const hashedBy = (natural: string): Change => ({
    columns: { country: 'text({ optional: true })' },
    dimensions: { place_key: `lookup('dim_sale_place', ${natural}, {}, { keys: 'hashed' })` },
  });
  const attributes = (how: string, more = ''): Change => ({
    dimensions: {
      place_key: `lookup('dim_sale_place', { name: 'place' }, { sort: 'kind'${more} }, ${how})`,
    },
  });
  const latest = "{ attributes: 'latest', by: 'at' }";
  const versions = "{ attributes: 'history', by: 'at' }";
  const byPlaceAndCountry: Change = {
    columns: { country: 'text({ optional: true })' },
    dimensions: { place_key: "lookup('dim_sale_place', { name: 'place', country: 'country' })" },
  };

  it.each<[string, Change, Change, RegExp]>([
    [
      'a changed type',
      {},
      { columns: { id: 'bigint({ required: true })' } },
      /fact_sale\.id is integer, not bigint/,
    ],
    [
      'a type that is not cast as such',
      {},
      {
        columns: { kind: 'boolean({ optional: true, true: ["b"], false: ["a"] })' },
        facts: ['id', 'at', 'price'],
      },
      /fact_sale\.kind is no longer in the definition/,
    ],
    [
      'a number of text',
      {},
      { columns: { id: 'text({ required: true })' } },
      /fact_sale\.id is integer, not text/,
    ],
    [
      'a narrower number',
      {},
      { columns: { price: 'numeric(8, 1, { required: true })' } },
      /fact_sale\.price is numeric\(8,2\), not numeric\(8,1\)/,
    ],
    [
      'a removed column',
      {},
      { facts: ['id', 'at', 'price'] },
      /fact_sale\.kind is no longer in the definition/,
    ],
    [
      'a renamed column',
      {},
      { columns: { kind: null, sort: "text({ aliases: ['kind'] })" }, facts: ['id', 'at', 'price', 'sort'] },
      /fact_sale\.kind is no longer in the definition, but sort is/,
    ],
    [
      'a renamed key',
      {},
      { dimensions: { place_key: null, spot_key: first.dimensions.place_key } },
      /fact_sale\.place_key is no longer in the definition, but spot_key is/,
    ],
    [
      'a wider natural key, and a changed type',
      {},
      { ...byPlaceAndCountry, columns: { ...byPlaceAndCountry.columns, id: 'bigint({ required: true })' } },
      /fact_sale\.id is integer, not bigint; the natural key of dim_sale_place is \(name\), not \(name, country\)/,
    ],
    [
      'a narrower natural key',
      byPlaceAndCountry,
      { columns: byPlaceAndCountry.columns },
      /the natural key of dim_sale_place is \(name, country\), not \(name\); dim_sale_place\.country is no longer/,
    ],
    [
      'another natural key',
      {},
      {
        columns: { country: 'text({ optional: true })' },
        dimensions: {
          place_key: "lookup('dim_sale_place', { country: 'country', sort: 'kind' }, { name: 'place' })",
        },
      },
      /the natural key of dim_sale_place is \(name\), not \(country, sort\)/,
    ],
    [
      'hashed keys where they were generated',
      {},
      hashedBy("{ name: 'place' }"),
      /fact_sale\.place_key is integer, not bigint; dim_sale_place\.sale_place_key is integer, not bigint/,
    ],
    [
      'hashes of another natural key',
      hashedBy("{ name: 'place' }"),
      hashedBy("{ name: 'place', country: 'country' }"),
      /the natural key of dim_sale_place is \(name\), not \(name, country\)/,
    ],
    [
      'hashes of a natural key in another order',
      hashedBy("{ name: 'place', country: 'country' }"),
      hashedBy("{ country: 'country', name: 'place' }"),
      /the natural key of dim_sale_place is \(name, country\), not \(country, name\)/,
    ],
    [
      'the latest attributes where they were the first',
      attributes('{}'),
      attributes(latest),
      /the attributes of dim_sale_place are: first, not: latest by timestamptz/,
    ],
    [
      'versions where there were the latest attributes',
      attributes(latest),
      attributes(versions),
      /the attributes of dim_sale_place are: latest by timestamptz, not: history by timestamptz/,
    ],
    [
      'the first attributes where there were versions',
      attributes(versions),
      attributes('{}'),
      /the attributes of dim_sale_place are: history by timestamptz, not: first/,
    ],
    [
      'one attribute less of versions',
      attributes(versions, ", cost: 'price'"),
      attributes(versions),
      /dim_sale_place\.cost is no longer in the definition/,
    ],
  ])(
    'is refused %s with a migration that works as printed, marts included',
    async (_, before, change, message) => {
      const site = await changedTo(change, before);
      const { error, status } = await site.drop('sales', next());
      expect({ status, error }).toMatchObject({
        status: 'failed',
        error: { code: 'LF_STAR_CHANGED', message: expect.stringMatching(message) },
      });
      expect(await site.query('select id::int as id from star.fact_sale order by id')).toEqual([
        { id: 1 },
        { id: 2 },
      ]);
      migrated(site, site.config.datasets, error!);
      expect(await replayed(site, 'next.csv')).toMatchObject({ status: 'done', rows: { loaded: 1 } });
      const role = change.dimensions && 'spot_key' in change.dimensions ? 'spot_key' : 'place_key';
      const kept = await site.query(
        `select f.id::int as id, p.name from star.fact_sale f join star.dim_sale_place p on f.${role} = p.sale_place_key order by 1`,
      );
      expect(kept).toEqual([
        { id: 1, name: 'Rome' },
        { id: 2, name: 'Oslo' },
        { id: 9, name: 'Oslo' },
      ]);
      expect(await site.query('select id::int as id from star.kept order by 1')).toEqual([
        { id: 1 },
        { id: 2 },
        { id: 9 },
      ]);
    },
  );

  it('keeps what is loaded in a renamed column', async () => {
    const site = await changedTo({
      columns: { kind: null, sort: "text({ aliases: ['kind'] })" },
      facts: ['id', 'at', 'price', 'sort'],
    });
    const { error } = await site.drop('sales', next());
    migrated(site, site.config.datasets, error!);
    await replayed(site, 'next.csv');
    expect(await site.query('select sort from star.fact_sale order by id')).toEqual([
      { sort: 'a' },
      { sort: 'b' },
      { sort: 'b' },
    ]);
  });

  it('changes tables that hold no row without asking', async () => {
    const folder = tempFolder();
    const before = await siteOf('postgres', folder);
    await before.drop('sales', csv(staged, 'old.csv', old));
    await undone(before, 'old.csv');
    // Dimensions keep their members; here nothing points to them.
    await before.query('delete from star.dim_sale_place where sale_place_key <> 0');
    await closed(before);
    const hashed = hashedBy("{ name: 'place', country: 'country' }");
    const change = {
      ...hashed,
      columns: { ...hashed.columns, id: 'text({ required: true })' },
      facts: ['id', 'at'],
    };
    const site = await siteOf('postgres', folder, change);
    expect(await site.drop('sales', next())).toMatchObject({ status: 'done', rows: { loaded: 1 } });
    expect(await site.query('select id, name from star.kept')).toEqual([{ id: '9', name: 'Oslo' }]);
  });

  it('adds an attribute to versions, whose earlier rows have none', async () => {
    const site = await changedTo(attributes(versions, ", cost: 'price'"), attributes(versions));
    expect(await site.drop('sales', next())).toMatchObject({ status: 'done', rows: { loaded: 1 } });
    const found = await site.query(
      `select name, h.valid_from::date::text as from, h.sort, h.cost::float8 as cost
       from star.dim_sale_place_history h join star.dim_sale_place using (sale_place_key) order by 1, 2`,
    );
    expect(found).toEqual([
      { name: 'Oslo', from: '2024-02-05', sort: 'b', cost: null },
      { name: 'Oslo', from: '2024-05-05', sort: 'b', cost: 2.5 },
      { name: 'Rome', from: '2024-01-05', sort: 'a', cost: null },
    ]);
  });

  it('goes on with hashed keys', async () => {
    const hashed = hashedBy("{ name: 'place' }");
    const site = await changedTo(hashed, hashed);
    expect(await site.drop('sales', next())).toMatchObject({ status: 'done', rows: { loaded: 1 } });
    expect(await site.query('select id::int as id, name from star.sale order by id')).toEqual([
      { id: 1, name: 'Rome' },
      { id: 2, name: 'Oslo' },
      { id: 9, name: 'Oslo' },
    ]);
  });
});
