/** Landfall as a role that may do no more than ddl/roles says, on a database that an administrator has prepared. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../ledger/open-database.ts';
import { connectDatabase, type Database } from '../../../platform/database/database.ts';
import { openQueues } from '../../../platform/queue/index.ts';
import { redisUrl, type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { programOf } from '../../support/programs.ts';
import { replayed, undone } from '../again.ts';
import { type TestSite, testSite } from '../site.ts';
import { defineWarehouse, filled, fillWarehouse, starSchemas, summaryOf, warehouseOf } from './warehouse.ts';

const psql = programOf('psql');
const run = promisify(execFile);
const names = { owner: 0, loader: 0, reader: 0, admin: 0 };
const roleOf = (role: keyof typeof names) => `${role} ${process.pid}`;
const quoted = (role: keyof typeof names) => pg.escapeIdentifier(roleOf(role));

describe.skipIf(psql === null)('roles that an administrator has made', () => {
  let database: TestDatabase;
  let loader: Database;
  let site: TestSite;
  const urlOf = (role: keyof typeof names) =>
    Object.assign(new URL(database.url), { username: encodeURIComponent(roleOf(role)), password: 'test' })
      .href;
  const prepare = async (file: string) => {
    const path = fileURLToPath(new URL(`../../../ddl/roles/${file}.sql`, import.meta.url));
    const variables = ['owner', 'loader', 'reader'].flatMap((role) => [
      ...['-v', `${role}=${roleOf(role as keyof typeof names)}`],
    ]);
    await run(psql!, ['-X', '-q', ...variables, '-v', `schemas=${starSchemas}`, '-f', path, urlOf('admin')]);
  };
  const asReader = async (sql: string) => {
    const client = new pg.Client(urlOf('reader'));
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };

  beforeAll(async () => {
    database = await testDatabase({ migrated: false });
    const name = new URL(database.url).pathname.slice(1);
    // Not a superuser, as on a server that somebody else runs.
    await database.pool.query(`create role ${quoted('admin')} login createrole password 'test'`);
    await database.pool.query(`alter database ${name} owner to ${quoted('admin')}`);
    await database.pool.query(`revoke all on database ${name} from public`);
    for (const file of ['owner', 'loader', 'reader']) await prepare(file);
    for (const role of ['loader', 'reader'] as const)
      await database.pool.query(`alter role ${quoted(role)} password 'test'`);
    const folder = tempFolder();
    loader = connectDatabase(urlOf('loader'), { name: 'test' });
    const own = { url: loader.url, pool: loader.pool, drop: loader.close };
    const datasets = defineWarehouse(folder);
    const options = { folder, datasets, examples: [], database: own, serve: true };
    site = await testSite({ backend: 'postgres', chunkBytes: 8192, ...options });
  });
  afterAll(async () => {
    await site?.close();
    await loader?.close();
    const roles = Object.keys(names).map((role) => quoted(role as keyof typeof names));
    await database.drop();
    const rest = connectDatabase(new URL('/postgres', database.url).href);
    await rest.pool.query(`drop role ${roles.join(', ')}`);
    await rest.close();
  });

  it('let the loader migrate, load, undo and replay, in the schemas that it was given', async () => {
    await fillWarehouse(site);
    expect(await summaryOf(site)).toEqual(filled);
    const before = await warehouseOf(site);
    await undone(site, 'a.csv');
    await undone(site, 'sent.csv');
    expect((await warehouseOf(site)).sales).toHaveLength(110);
    await replayed(site, 'a.csv');
    await replayed(site, 'sent.csv');
    const again = await warehouseOf(site);
    expect(again['orders by state']).toEqual(before['orders by state']);
    const { rows } = await database.pool.query(
      `select distinct relnamespace::regnamespace::text as schema from pg_class
       where relowner = $1::regrole and relnamespace <> 'pg_toast'::regnamespace order by 1`,
      [quoted('loader')],
    );
    expect(rows.map(({ schema }) => schema)).toEqual(['bullmq', 'landfall', 'shop', 'star']);
    const privileges = `select has_database_privilege($1, current_database(), 'create') as can`;
    expect((await database.pool.query(privileges, [roleOf('loader')])).rows).toEqual([{ can: false }]);
  });

  it('may be made again, and let the reader see what there is and change nothing', async () => {
    for (const file of ['owner', 'loader', 'reader']) await prepare(file);
    const [{ sales }] = await asReader('select sum(sales)::int as sales from star.per_shop');
    expect(sales).toBe(400);
    expect(await asReader('select count(*)::int as files from landfall.file')).toEqual([{ files: 7 }]);
    expect((await asReader('select from shop.fact_order')).length).toBeGreaterThan(0);
    await expect(asReader('select from landfall.reject')).rejects.toThrow('permission denied');
    await expect(asReader('set transaction read write; delete from star.fact_sale')).rejects.toThrow(
      'permission denied',
    );
  });

  it('say what a role lacks where the ledger is to be migrated', async () => {
    const opening = openDatabase({ home: tempFolder(), databaseUrl: urlOf('reader') });
    await expect(opening).rejects.toMatchObject({
      code: 'LF_DATABASE_PRIVILEGE',
      fix: expect.stringContaining(`grant usage, create on schema "landfall" to ${quoted('reader')}`),
    });
  });

  it('say what it lacks where a star is to be made, a file loaded and a query answered', async () => {
    const folder = join(site.folder, 'datasets/away');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'dataset.ts'),
      `import { defineDataset, integer } from 'landfall';
export default defineDataset({ name: 'away', columns: { id: integer() }, star: { schema: 'away', fact: 'fact_away' } });
`,
    );
    const drop = (dataset: string, name: string, text: string) => {
      writeFileSync(join(site.folder, name), text);
      return site.drop(dataset, join(site.folder, name));
    };
    const fixOf = (remedy: string) => ({
      code: 'LF_DATABASE_PRIVILEGE',
      fix: expect.stringContaining(`\`${remedy}\``),
    });
    const star = await drop('away', 'away.csv', 'id\n1\n');
    const role = quoted('loader');
    const missing = `create schema "away"; grant usage, create on schema "away" to ${role}`;
    expect(star.error).toMatchObject(fixOf(missing));
    await database.pool.query(missing);
    expect(await replayed(site, 'away.csv')).toMatchObject({ status: 'done' });

    await database.pool.query(`revoke insert on away.fact_away from ${role}`);
    const loaded = await drop('away', 'more.csv', 'id\n2\n');
    const insert = `grant select, insert, update, delete on table "away"."fact_away" to ${role}`;
    expect(loaded.error).toMatchObject(fixOf(insert));
    await database.pool.query(insert);
    expect(await replayed(site, 'more.csv')).toMatchObject({ status: 'done' });

    await database.pool.query(`revoke select on star.per_shop from ${role}`);
    const answer = await fetch(`${site.url}/api/datasets/sales/queries/paid`);
    const select = `grant select on table "star"."per_shop" to ${role}`;
    expect(await answer.json()).toMatchObject(fixOf(select));
    await database.pool.query(select);
    expect((await fetch(`${site.url}/api/datasets/sales/queries/paid`)).status).toBe(200);
  });

  it.skipIf(redisUrl() === null)('let the loader find its queue on Redis', async () => {
    const queues = await openQueues({ databaseUrl: urlOf('loader'), redisUrl: redisUrl(), scope: 'roles' });
    expect((await queues.counts()).work.waiting).toBe(0);
    await queues.remove();
    await queues.close();
  });
});
