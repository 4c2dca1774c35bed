/** A load as a role whose settings are set against us: what it leaves is what a plain role leaves. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase } from '../../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { type Backend, onBothBackends } from '../site.ts';
import { expectFilled } from './warehouse.ts';

/** What costs time or tells more, and what nothing of ours is changed by. */
const free = new Set([
  ...['timezone_abbreviations', 'escape_string_warning', 'check_function_bodies', 'client_min_messages'],
  ...[
    'default_transaction_deferrable',
    'work_mem',
    'maintenance_work_mem',
    'temp_buffers',
    'plan_cache_mode',
  ],
  ...['enable_hashjoin', 'enable_seqscan', 'jit_above_cost'],
]);

const hostile = `
  datestyle = 'German, DMY'; intervalstyle = 'sql_standard'; timezone = 'Asia/Kathmandu';
  timezone_abbreviations = 'India'; extra_float_digits = -15; bytea_output = 'escape'; client_encoding = 'LATIN1';
  standard_conforming_strings = off; escape_string_warning = on; array_nulls = off; quote_all_identifiers = on;
  transform_null_equals = on; check_function_bodies = off; client_min_messages = 'debug1';
  search_path = evil, pg_catalog;
  default_transaction_isolation = 'serializable'; default_transaction_read_only = on;
  default_transaction_deferrable = on; synchronous_commit = off;
  statement_timeout = '200ms'; lock_timeout = '10ms'; idle_session_timeout = '100ms'; transaction_timeout = '500ms';
  idle_in_transaction_session_timeout = '50ms';
  work_mem = '64kB'; maintenance_work_mem = '1MB'; temp_buffers = '800kB';
  plan_cache_mode = 'force_generic_plan'; enable_hashjoin = off; enable_seqscan = off; jit_above_cost = 0
`
  .split(';')
  .map((setting) => setting.trim());

/** Those of them that are not left as they are, and others. */
const setAnyway = hostile.map((setting) => setting.split(' ')[0]).filter((name) => !free.has(name));

/** What a name would find in the search path of the role. */
const evil = `
  create function evil.hashtext(text) returns integer language sql as 'select 1 / 0';
  create function evil.to_regclass(text) returns regclass language sql as 'select null::regclass';
  create function evil.now() returns timestamptz language sql as $$select 'infinity'::timestamptz$$;
`;

onBothBackends('a load as a role with hostile settings', (backend: Backend) => {
  const role = `hostile_${backend}_${process.pid}`;
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ migrated: false });
    const name = new URL(database.url).pathname.slice(1);
    await database.pool.query(
      `create role ${role} login password 'test'; alter database ${name} owner to ${role}`,
    );
    await database.pool.query(`create schema evil authorization ${role}; ${evil}`);
    for (const setting of hostile) await database.pool.query(`alter role ${role} set ${setting}`);
  });
  afterAll(async () => {
    await database.drop();
    const rest = connectDatabase(new URL('/postgres', database.url).href);
    await rest.pool.query(`drop role ${role}`);
    await rest.close();
  });

  it('has sessions that are set as those of a plain role, and may take their time', async () => {
    const { href: url } = Object.assign(new URL(database.url), { username: role, password: 'test' });
    const { pool, close } = connectDatabase(url, { name: 'test' });
    const client = await pool.connect();
    try {
      const query = 'select name, setting from pg_settings where lower(name) = any($1) order by name';
      const { rows } = await client.query(query, [setAnyway]);
      expect(rows).toEqual((await database.pool.query(query, [setAnyway])).rows);
      expect(rows).toHaveLength(setAnyway.length);
      await client.query('begin');
      await client.query('select pg_sleep(0.5)');
      await delay(150);
      await client.query('commit');
      await delay(200);
      await client.query('select 1');
    } finally {
      client.release();
      await close();
    }
  });

  it('leaves what a plain role leaves', async () => {
    const { href: url } = Object.assign(new URL(database.url), { username: role, password: 'test' });
    const { pool, close } = connectDatabase(url, { name: 'test' });
    await expectFilled({ backend, database: { url, pool, drop: close } }).finally(close);
  });
});
