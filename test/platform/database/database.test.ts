import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../ledger/migrate.ts';
import { openDatabase } from '../../../ledger/open-database.ts';
import { migrations } from '../../../ledger/sql.ts';
import {
  checkServer,
  connectDatabase,
  type Database,
  databaseAddress,
} from '../../../platform/database/database.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';

const connectedTo = ({ url, pool }: TestDatabase): Database => ({
  url,
  pool,
  embedded: false,
  close: async () => {},
});

describe('a database of the user', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  it('is migrated once, by whoever comes first', async () => {
    await database.pool.query('drop schema landfall cascade');
    const runs = await Promise.all([migrate(database.pool), migrate(database.pool), migrate(database.pool)]);
    expect(runs.flat()).toEqual(migrations().map((migration) => migration.name));
    const { rows } = await database.pool.query('select name from landfall.migration order by name');
    expect(rows.map((row) => row.name)).toEqual(runs.flat());
  });

  it('is opened, and closed without a connection left', async () => {
    const opened = await openDatabase({ home: tempFolder(), databaseUrl: database.url });
    expect(opened.embedded).toBe(false);
    await opened.pool.query('select 1');
    await opened.close();
  });

  it('is refused when a newer Landfall has been there', async () => {
    await database.pool.query(`insert into landfall.migration (name) values ('9999-later')`);
    const opening = openDatabase({ home: tempFolder(), databaseUrl: database.url });
    await expect(opening).rejects.toMatchObject({ code: 'LF_DATABASE_NEWER' });
    await database.pool.query(`delete from landfall.migration where name = '9999-later'`);
  });

  it('is refused when its server is too old', async () => {
    const query = async () => ({ rows: [{ major: 14, version: '14.11' }] });
    const old = { url: 'postgres://u:s3cret@db/x', pool: { query } } as unknown as Database;
    await expect(checkServer(old)).rejects.toMatchObject({
      code: 'LF_DATABASE_VERSION',
      message: 'The server at db:5432/x is PostgreSQL 14.11; Landfall needs 15 or newer.',
    });
    expect((await checkServer(connectedTo(database))).version).toMatch(/^\d+/);
  });

  it.each(['LATIN1', 'SQL_ASCII'])(
    'is refused when its encoding is %s, with the statement that makes one',
    async (encoding) => {
      const name = `latin "${process.pid}"`;
      const url = new URL(database.url);
      url.pathname = `/${encodeURIComponent(name)}`;
      const create = `create database ${pg.escapeIdentifier(name)} encoding ${encoding} locale_provider libc locale 'C' template template0`;
      await database.pool.query(create);
      try {
        const error = await openDatabase({ home: tempFolder(), databaseUrl: url.href }).catch((e) => e);
        expect(error).toMatchObject({ code: 'LF_DATABASE_ENCODING', values: { encoding } });
        const statement = /`(.+)`/.exec(error.fix)![1];
        const made = `test_made_${process.pid}`;
        await database.pool.query(statement.replace(/"(.+)"/, made));
        await database.pool.query(`drop database ${made}`);
        expect(statement).toContain(`create database "latin ""${process.pid}""_utf8"`);
      } finally {
        await database.pool.query(`drop database ${pg.escapeIdentifier(name)} with (force)`);
      }
    },
  );

  it('gives int8 as a number', async () => {
    const { rows } = await database.pool.query(
      'select 9007199254740991::int8 as n, count(*) as c from generate_series(1, 3)',
    );
    expect(rows).toEqual([{ n: 9007199254740991, c: 3 }]);
  });
});

describe('a database that is not there', () => {
  it('is named without its password', async () => {
    const databaseUrl = 'postgres://anna:s3cret@127.0.0.1:1/rides';
    const error = await openDatabase({ home: tempFolder(), databaseUrl }).catch((error) => error);
    expect(error).toMatchObject({ code: 'LF_DATABASE_UNREACHABLE' });
    expect(error.message).toContain('127.0.0.1:1/rides');
    expect(JSON.stringify(error) + error.message).not.toContain('s3cret');
  });

  it('closes twice without harm', async () => {
    const database = connectDatabase('postgres://nobody@127.0.0.1:1/nothing');
    await Promise.all([database.close(), database.close()]);
  });

  it('has an address fit to print', () => {
    expect(databaseAddress('postgres://anna:s3cret@db.example/rides')).toBe('db.example:5432/rides');
    expect(databaseAddress('nonsense')).not.toContain('nonsense');
  });
});
