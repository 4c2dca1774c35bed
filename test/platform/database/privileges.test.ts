/** What a role is denied by a real server: the error names the statement that grants it, and it does. */
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchemaSql } from '../../../platform/database/create-schema.ts';
import { connectDatabase, type Database } from '../../../platform/database/database.ts';
import { privilegeError } from '../../../platform/database/privileges.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

/** A name that is only found where it is quoted. */
const role = `Denied "${process.pid}"`;
const quotedRole = pg.escapeIdentifier(role);

let database: TestDatabase;
let name: string;
let denied: Database;
beforeAll(async () => {
  database = await testDatabase();
  const url = new URL(database.url);
  name = url.pathname.slice(1);
  await database.pool.query(`
    create role ${quotedRole} login password 'denied';
    revoke all on database "${name}" from public;
    create schema "Sales";
    create table "Sales".fact (id integer, "from" text);
    create materialized view "Sales".monthly as select count(*) from "Sales".fact;
    create sequence "Sales".numbers;
    create function "Sales".note() returns void language plpgsql as $$ begin
      insert into "Sales".fact select 1, 'fact' where false;
    end $$;
    revoke execute on function "Sales".note() from public;
    create table public.secret (id integer);
    create table public.ruled (id integer);
    alter table public.ruled enable row level security;
    grant select, insert on public.ruled to ${quotedRole};
  `);
  Object.assign(url, { username: encodeURIComponent(role), password: 'denied' });
  denied = connectDatabase(url.href, { max: 1 });
});
afterAll(async () => {
  await denied.close();
  await database.pool.query(`drop owned by ${quotedRole} cascade; drop role ${quotedRole}`);
  await database.drop();
});

const run = (sql: string) => async () => void (await denied.pool.query(sql));
const copied = async () => {
  const client = await denied.pool.connect();
  try {
    const stream = client.query(copyFrom('copy "Sales".fact (id) from stdin'));
    await new Promise((resolve, reject) => stream.on('error', reject).on('finish', resolve).end('1\n'));
  } finally {
    client.release();
  }
};
const to = `to ${quotedRole}`;

// In this order: each needs what was granted before.
describe('a role is granted by the statement of the error', () => {
  it.each<[what: string, work: () => Promise<unknown>, object: string, remedy: string]>([
    ['to connect', run('select 1'), 'the database NAME', `grant connect on database "NAME" ${to}`],
    [
      ...(['a schema', run(createSchemaSql('Own')), 'the database NAME'] as const),
      `create schema "Own"; grant usage, create on schema "Own" ${to}`,
    ],
    [
      ...(['a temporary table', run('create temporary table t (id integer)'), 'the database NAME'] as const),
      `grant temporary on database "NAME" ${to}`,
    ],
    [
      ...(['to see a schema', run('select from "Sales".nothing limit 0'), 'the schema Sales'] as const),
      `grant usage on schema "Sales" ${to}`,
    ],
    [
      ...(['to create', run('create table "Sales".mine (id integer)'), 'the schema Sales'] as const),
      `grant usage, create on schema "Sales" ${to}`,
    ],
    [
      ...(['to read', run('select count(*) from "Sales".fact'), 'the table Sales.fact'] as const),
      `grant select on table "Sales"."fact" ${to}`,
    ],
    [
      ...(['to copy', copied, 'the table Sales.fact'] as const),
      `grant select, insert, update, delete on table "Sales"."fact" ${to}`,
    ],
    [
      ...(['to truncate', run('truncate "Sales".fact'), 'the table Sales.fact'] as const),
      `grant select, insert, update, delete, truncate on table "Sales"."fact" ${to}`,
    ],
    [
      ...(['to read without a schema', run('select * from only secret'), 'the table public.secret'] as const),
      `grant select on table "public"."secret" ${to}`,
    ],
    [
      ...(['to lock a row', run('select from public.secret for update'), 'the table public.secret'] as const),
      `grant select, insert, update, delete on table "public"."secret" ${to}`,
    ],
    [
      ...(['to call', run('select "Sales".note()'), 'the routine Sales.note'] as const),
      `grant execute on routine "Sales"."note" ${to}`,
    ],
    [
      ...(['a sequence', run(`select nextval('"Sales".numbers')`), 'the sequence Sales.numbers'] as const),
      `grant usage, select, update on sequence "Sales"."numbers" ${to}`,
    ],
    [
      ...(['to alter', run('alter table "Sales".fact add x text')] as const),
      ...(['the table Sales.fact, which another role owns'] as const),
      `alter table "Sales"."fact" owner ${to}`,
    ],
    [
      ...(['to see all rows', run('select * from public.ruled')] as const),
      ...(['all rows of the table public.ruled, which has policies'] as const),
      `alter role ${quotedRole} bypassrls`,
    ],
    [
      ...(['a setting', run(`set log_min_duration_statement = 5`)] as const),
      ...([
        'the parameter log_min_duration_statement',
        `grant set on parameter log_min_duration_statement ${to}`,
      ] as const),
    ],
  ])('%s', async (_, work, object, remedy) => {
    const error = await work().then(
      () => null,
      (error) => error,
    );
    expect(error).toBeInstanceOf(LandfallError);
    expect(error.code).toBe('LF_DATABASE_PRIVILEGE');
    const named = (text: string) => text.replaceAll('NAME', name);
    expect(error.values).toMatchObject({ role, object: named(object), remedy: `\`${named(remedy)}\`` });
    expect(error.message).toContain(`${role} lacks a privilege on ${named(object)}`);
    await database.pool.query(/`(.+)`/.exec(error.fix)![1]);
    await work().catch((after) => expect(after.code).toBe('42P01'));
  });

  it('to refresh, by its own statement in PostgreSQL 17 and by ownership before', async () => {
    const refresh = run('refresh materialized view "Sales".monthly');
    const { fix } = await refresh().catch((error) => error);
    await database.pool.query(/`(.+)`/.exec(fix)![1]);
    await database.pool.query(`grant select on "Sales".fact ${to}`);
    await refresh();
  });

  it('in a function, by what that runs', async () => {
    await database.pool.query('alter table "Sales".fact owner to current_user');
    await database.pool.query(`revoke all on "Sales".fact from ${quotedRole}`);
    const { values } = await run('select "Sales".note()')().catch((error) => error);
    expect(values.remedy).toBe(`\`grant select, insert, update, delete on table "Sales"."fact" ${to}\``);
  });
});

it('a role for which triggers do not run is told which setting it cannot set', async () => {
  await database.pool.query(`alter role ${quotedRole} set session_replication_role = replica`);
  const other = connectDatabase(denied.url);
  try {
    const { fix } = await other.pool.query('select 1').catch((error) => error);
    const remedy = `grant set on parameter session_replication_role ${to}`;
    expect(fix).toContain(`\`${remedy}\``);
    await database.pool.query(remedy);
    const { rows } = await other.pool.query('show session_replication_role');
    expect(rows).toEqual([{ session_replication_role: 'origin' }]);
  } finally {
    await other.close();
  }
});

describe('a denial', () => {
  const session = { address: 'db:5432/x', role: 'loader', schema: 'bullmq' };
  const error = (message: string) => Object.assign(new Error(message), { code: '42501' });
  const remedy = (message: string, sql: string) =>
    privilegeError(error(message), sql, session)?.values.remedy;

  it('of a name without a schema is of the schema that the session looks in', () => {
    expect(remedy('permission denied for table job', 'update job set x = 1')).toContain('"bullmq"."job"');
  });

  it('of another session names the right to end it', () => {
    expect(remedy('permission denied to terminate process', 'select pg_terminate_backend(1)')).toBe(
      '`grant pg_signal_backend to "loader"`',
    );
  });

  it('in another language is told as it is', () => {
    const told = privilegeError(error('keine Berechtigung für Schema star'), 'select 1', session);
    expect(told?.message).toContain('what the server names');
    expect(told?.message).toContain('keine Berechtigung für Schema star');
  });

  it('is nothing else', () => {
    expect(privilegeError(Object.assign(new Error('no'), { code: '42P01' }), 'select 1', session)).toBeNull();
  });
});
