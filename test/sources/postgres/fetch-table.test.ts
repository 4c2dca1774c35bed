import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../../platform/database/database.ts';
import { openServer } from '../../../platform/database/embedded/embedded-server.ts';
import { tempFolder } from '../../support/index.ts';
import { type NotedPage, Puller } from './puller.ts';

/** Of its own: a run looks at the transactions of all databases of the server, and so of other tests. */
let server: Awaited<ReturnType<typeof openServer>>;
let database: Database;
const clients: pg.Client[] = [];
beforeAll(async () => {
  server = await openServer(tempFolder(), { settings: { fsync: 'off', full_page_writes: 'off' } });
  const url = new URL(server.url);
  url.pathname = '/postgres';
  database = connectDatabase(url.href, { name: 'test' });
});
afterAll(async () => {
  for (const client of clients) await client.end();
  await database.close();
  await server.stop();
});
beforeEach(async () => {
  await sql('drop schema if exists app cascade; create schema app');
  await sql(`create table app.customers (id int primary key, name text, updated_at timestamptz not null);
    create index on app.customers (updated_at, id)`);
});

const sql = async (text: string, values?: unknown[]) => (await database.pool.query(text, values)).rows;
const table = 'app.customers';
const puller = (source: Partial<Puller['source']> = {}) =>
  new Puller({ url: database.url, table, ...source });
const ids = (pages: readonly NotedPage[]) => pages.flatMap(({ rows }) => rows.map(({ id }) => Number(id)));
const names = (pages: readonly NotedPage[]) => pages.flatMap(({ rows }) => rows.map(({ name }) => name));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** A session of an application. */
async function session(): Promise<pg.Client> {
  const client = new pg.Client(database.url);
  await client.connect();
  clients.push(client);
  return client;
}

const insert = (from: number, to: number, at = 'now()') =>
  `insert into ${table} select i, 'name ' || i, ${at} from generate_series(${from}, ${to}) i`;

it('reads a table in pages by cursor and key, and then what is new', async () => {
  // All have one cursor.
  await sql(insert(1, 10));
  const runs = puller();
  const first = await runs.run();
  expect(first.map(({ page, rows }) => [page, rows.length])).toEqual([
    ['0001.csv', 3],
    ['0002.csv', 3],
    ['0003.csv', 3],
    ['0004.csv', 1],
  ]);
  expect(ids(first)).toEqual(upTo(10));
  expect(first[0].rows[0].updated_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/);
  expect(await runs.run()).toEqual([]);
  await sql(`update ${table} set name = 'new', updated_at = now() where id = 4`);
  await sql(insert(11, 11));
  expect(ids(await runs.run())).toEqual([4, 11]);
  expect(await runs.run()).toEqual([]);
});

it('finds the rows of a transaction that commits late, with a cursor that is long past', async () => {
  await sql(insert(1, 3));
  const runs = puller();
  await runs.run();
  const late = await session();
  await late.query('begin');
  // It has not written, so it has no transaction id yet.
  await late.query('select 1');
  await sql(insert(4, 5));
  expect(ids(await runs.run())).toEqual([4, 5]);
  // A savepoint has a transaction id of its own, which is not on the list of running ones.
  await late.query(`savepoint s; ${insert(6, 6)}`);
  await sql(insert(7, 7));
  expect(ids(await runs.run())).toEqual([7]);
  await late.query(insert(8, 8));
  await sql(insert(9, 9));
  expect(ids(await runs.run())).toContain(9);
  await late.query('commit');
  expect(ids(await runs.run())).toEqual(expect.arrayContaining([6, 8]));
  expect(await runs.run()).toEqual([]);
});

it('keeps to the lag, and says so, where it may not see the transactions of others', async () => {
  const role = `reader_${randomBytes(6).toString('hex')}`;
  const url = new URL(database.url);
  [url.username, url.password] = [role, 'secret'];
  await sql(`create role ${role} login password 'secret'; grant usage on schema app to ${role};
    grant select on ${table} to ${role}`);
  try {
    const [short, long] = [0, 3_600_000].map((lagMs) => puller({ url: url.href, lagMs }));
    const late = await session();
    await late.query(`begin; ${insert(1, 1)}`);
    await sql(insert(2, 2));
    for (const runs of [short, long]) expect(ids(await runs.run())).toEqual([2]);
    expect(short.warnings).toEqual([expect.stringContaining('pg_read_all_stats')]);
    await late.query('commit');
    expect(ids(await short.run())).not.toContain(1);
    expect(ids(await long.run())).toContain(1);
    expect(short.warnings).toHaveLength(1);
    await sql(`grant pg_read_all_stats to ${role}`);
    await long.run();
    expect(long.cursor).toMatchObject({ bound: 'transactions' });
  } finally {
    await sql(`drop owned by ${role}; drop role ${role}`);
  }
});

it('a cursor that is far in the future holds nothing back', async () => {
  await sql(insert(1, 1, `'2999-01-01'`));
  const runs = puller();
  expect(ids(await runs.run())).toEqual([1]);
  await sql(insert(2, 2));
  expect(ids(await runs.run())).toEqual([2]);
  expect(await runs.run()).toEqual([]);
});

it('resumes after any page, and loses nothing that changes meanwhile', async () => {
  await sql(insert(1, 20));
  for (let killAfter = 0; killAfter <= 7; killAfter++) {
    const runs = puller();
    const sent = new Set<string | null>();
    const keep = (pages: readonly NotedPage[]) => names(pages).forEach((name) => void sent.add(name));
    keep(await runs.run({ killAfter }));
    const [low, high] = [`low ${killAfter}`, `high ${killAfter}`];
    // A row before the place where the run resumes, committed after its first snapshot: only its transaction says so.
    const late = await session();
    await late.query(`begin; update ${table} set name = '${low}' where id = 1`);
    await late.query('commit');
    await sql(`update ${table} set name = '${high}' where id = 20`);
    keep(await runs.run());
    keep(await runs.run());
    const now = names([{ page: '', header: [], rows: await sql(`select name from ${table}`) }]);
    // The cursor of id 1 did not change, and yet it is above `from`, because all rows have one cursor.
    expect(now.filter((name) => !sent.has(name))).toEqual([]);
    expect(await runs.run()).toEqual([]);
  }
});

/** Seeded, so that a failure comes again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

it('random transactions that commit in any order, with savepoints and rollbacks, and runs that die: each row comes', async () => {
  const writers = await Promise.all([session(), session(), session()]);
  for (let seed = 1; seed <= 6; seed++) {
    await sql(`truncate ${table}`);
    const random = numbers(seed);
    const runs = puller({ pageRows: 2 });
    const sent = new Map<string, number>();
    const keep = (pages: readonly NotedPage[]) => {
      for (const { rows } of pages)
        for (const row of rows) {
          const text = `${row.id} ${row.name}`;
          sent.set(text, (sent.get(text) ?? 0) + 1);
        }
    };
    const open = new Set<pg.Client>();
    let id = 0;
    for (let step = 0; step < 80; step++) {
      const writer = writers[random(writers.length)];
      const action = random(8);
      if (action === 0) keep(await runs.run({ killAfter: random(5) === 0 ? random(3) : undefined }));
      else if (!open.has(writer)) {
        await writer.query('begin; select 1');
        open.add(writer);
      } else if (action < 6) {
        // A row belongs to one writer, or writers would wait for each other.
        const own = writers.indexOf(writer);
        const savepoint = action === 1 ? 'savepoint s;' : '';
        id++;
        await writer.query(
          id % 2 === 0
            ? `${savepoint} update ${table} set name = 'step ${seed}.${step}', updated_at = now() where id % 3 = ${own}`
            : `${savepoint} insert into ${table} values (${id * 3 + own}, 'step ${seed}.${step}', now())`,
        );
      } else {
        await writer.query(action === 6 && random(2) === 0 ? 'rollback' : 'commit');
        open.delete(writer);
      }
    }
    for (const writer of open) await writer.query('commit');
    keep(await runs.run());
    // A run that died has to be resumed, and then another one.
    keep(await runs.run());
    const now = (await sql(`select id, name from ${table}`)).map((row) => `${row.id} ${row.name}`);
    expect(now.length).toBeGreaterThan(5);
    expect(now.filter((row) => !sent.has(row))).toEqual([]);
    expect(await runs.run()).toEqual([]);
  }
});

it('deletions and updates during the fetch are not seen in its snapshot', async () => {
  await sql(insert(1, 9));
  const runs = puller();
  const first = await runs.run({
    onPage: async (page) => {
      if (page !== 1) return;
      await sql(`delete from ${table} where id = 8`);
      await sql(`update ${table} set name = 'moved', updated_at = now() where id in (2, 9)`);
    },
  });
  expect(ids(first)).toEqual(upTo(9));
  expect(names(first)).not.toContain('moved');
  expect(ids(await runs.run())).toEqual([2, 9]);
});

it('a cursor that is a text: an expression converts it, and its value is a column', async () => {
  await sql(`create table app.old (a text, "b ""c" int, updated text, primary key (a, "b ""c"));
    insert into app.old values ('x', 1, '23-12-31 23:59:59'), ('x', 2, '24-01-01 00:00:00'), ('w,"', 3, null), ('y', 1, '23-12-31 23:59:59')`);
  const cursor = { sql: "to_timestamp(t.updated, 'YY-MM-DD HH24:MI:SS')" };
  const runs = puller({ table: 'app.old', key: ['a', 'b "c'], cursor, pageRows: 1, lagMs: 86_400_000 });
  const [one, ...rest] = await runs.run({ killAfter: 1 });
  expect(rest).toEqual([]);
  expect(one.header).toEqual(['a', 'b "c', 'updated', 'landfall_at']);
  expect(one.rows).toEqual([
    { a: 'x', 'b "c': '1', updated: '23-12-31 23:59:59', landfall_at: '2023-12-31 23:59:59' },
  ]);
  const keys = (await runs.run()).flatMap(({ rows }) => rows.map(({ a, landfall_at }) => [a, landfall_at]));
  // A row without a cursor comes last, once.
  expect(keys).toEqual([
    ['y', '2023-12-31 23:59:59'],
    ['x', '2024-01-01 00:00:00'],
    ['w,"', null],
  ]);
  expect(await runs.run()).toEqual([]);
  await sql(`insert into app.old values ('z', 1, null)`);
  expect((await runs.run()).flatMap(({ rows }) => rows.map(({ a }) => a))).toEqual(['z']);
});

it('a cursor that is a number, and one that is a text as it stands', async () => {
  await sql(`create table app.log (id int primary key, version bigint, code text);
    insert into app.log select i, 9007199254740990 + i, 'c' || i from generate_series(1, 5) i`);
  const byNumber = puller({ table: 'app.log', cursor: { column: 'version' }, lagNumber: 2 });
  const byText = puller({ table: 'app.log', cursor: { column: 'code' } });
  for (const runs of [byNumber, byText]) expect(ids(await runs.run())).toEqual(upTo(5));
  // Drawn before the others, committed after them.
  await sql(`insert into app.log values (6, 9007199254740993, 'c5'), (7, 1, 'c1')`);
  expect(ids(await byNumber.run())).toEqual([6]);
  expect(ids(await byText.run())).toEqual([6]);
});

it('without xmin, rows within the lag come again', async () => {
  await sql(insert(1, 2));
  await sql(`create view app.seen as select * from ${table}`);
  const runs = puller({ table: 'app.seen', lagMs: 3_600_000 });
  for (let run = 0; run < 2; run++) expect(ids(await runs.run())).toEqual([1, 2]);
});

it('another table under the name is read within the lag, though its transactions are old', async () => {
  await sql(insert(1, 2));
  await sql(`create table app.other (like ${table} including all); insert into app.other table ${table}`);
  await sql(`insert into app.other values (3, 'only here', now())`);
  const runs = puller({ lagMs: 3_600_000 });
  expect(ids(await runs.run())).toEqual([1, 2]);
  await sql(`drop table ${table}; alter table app.other rename to customers`);
  expect(ids(await runs.run())).toEqual([1, 2, 3]);
});

it('a table without cursor is one file each time, named after the instant of its snapshot', async () => {
  await sql(insert(1, 7));
  const runs = puller({ cursor: null });
  const [first, ...rest] = await runs.run();
  expect(rest).toEqual([]);
  expect(first.page).toMatch(/^\d{8}T\d{6}Z\.csv$/);
  expect(ids([first])).toEqual(upTo(7));
  await sql(`delete from ${table}`);
  expect(await runs.run()).toMatchObject([{ header: ['id', 'name', 'updated_at'], rows: [] }]);
});

it('a table that is truncated before it is locked is not read as empty', async () => {
  await sql(insert(1, 3));
  const other = await session();
  await other.query(
    `begin; lock table ${table} in access exclusive mode; truncate ${table}; ${insert(4, 4)}`,
  );
  const runs = puller({ cursor: null });
  const pages = runs.run();
  while (
    (await sql(`select from pg_locks where not granted and relation = '${table}'::regclass`)).length === 0
  )
    await delay(5);
  await other.query('commit');
  expect(ids(await pages)).toEqual([4]);
});

it('a backfill reads a window and leaves the cursor alone', async () => {
  await sql(
    `insert into ${table} select i, 'n', timestamp '2024-01-01' at time zone 'UTC' + i * interval '1 day' from generate_series(0, 4) i`,
  );
  const runs = puller();
  const window = { from: '2024-01-02T00:00:00.000Z', to: '2024-01-04T00:00:00.000Z' };
  expect(ids(await runs.run({ backfill: true, window }))).toEqual([1, 2]);
  expect(runs.cursor).toBeNull();
  const byKey = puller({ cursor: { column: 'id' } });
  await expect(byKey.run({ backfill: true, window })).rejects.toMatchObject({ code: 'LF_SOURCE_NO_WINDOWS' });
});

it('the connection breaks in the middle: an outage, and the run resumes', async () => {
  await sql(`insert into ${table} select i, repeat('x', 5000) || i, now() from generate_series(1, 3000) i`);
  const runs = puller({ pageRows: 500 });
  const cut = async (page: number) => {
    if (page === 3)
      await sql(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'landfall source' and datname = current_database()`,
      );
  };
  const before: NotedPage[] = [];
  const error = await runs.run({ onPage: cut }).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'LF_SOURCE_DATABASE_LOST' });
  before.push(...(await runs.run()));
  const seen = new Set(ids(before));
  expect(seen.has(3000)).toBe(true);
  expect(seen.size).toBeLessThan(3000);
  expect(before[0].page > '0002.csv').toBe(true);
});

it('names what is wrong, and no password', async () => {
  const fault = (source: Partial<Puller['source']>) =>
    puller(source)
      .run()
      .catch((thrown) => thrown);
  const at = (change: (url: URL) => void) => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };
  const nowhere = at((url) => void ([url.port, url.password] = ['1', 'hunter2-wrong']));
  const noDatabase = at((url) => void (url.pathname = '/no_such'));
  const faults = [
    [{ url: nowhere }, 'LF_SOURCE_DATABASE_LOST'],
    [{ url: noDatabase }, 'LF_SOURCE_DATABASE_REFUSED'],
    [{ url: 'postgres://user:hunter2-wrong@[::bad/x' }, 'LF_SOURCE_DATABASE_REFUSED'],
    [{ table: 'app.nothing' }, 'LF_SOURCE_TABLE'],
    [{ table: 'nowhere.nothing' }, 'LF_SOURCE_TABLE'],
    [{ key: ['no'] }, 'LF_SOURCE_COLUMN'],
    [{ cursor: { column: 'gone' } }, 'LF_SOURCE_COLUMN'],
    [{ cursor: { sql: 'gone(t.id)' } }, 'LF_SOURCE_CURSOR'],
    [{ cursor: { sql: 't.id::text::date' } }, 'LF_SOURCE_DATABASE_STATEMENT'],
  ] as const;
  await sql(insert(1, 1));
  for (const [source, code] of faults) {
    const error = await fault(source);
    expect([source, error.code]).toEqual([source, code]);
    expect(`${error.message} ${error.fix}`).not.toContain('hunter2');
  }
  const missing = await fault({ cursor: { column: 'gone' } });
  expect(missing.message).toContain('gone');
  expect(missing.message).toContain('id, name, updated_at');
});

it('a column that comes or goes between two runs changes the header alone', async () => {
  await sql(insert(1, 1));
  const runs = puller();
  expect((await runs.run())[0].header).toEqual(['id', 'name', 'updated_at']);
  await sql(`alter table ${table} drop column name, add column tier int default 1`);
  await sql(`insert into ${table} values (2, now(), 5)`);
  const [page] = await runs.run();
  expect(page.header).toEqual(['id', 'updated_at', 'tier']);
  expect(page.rows.map(({ id, tier }) => [id, tier])).toContainEqual(['2', '5']);
});

it('nothing is written, whatever the expression does', async () => {
  await sql(`${insert(1, 1)}; create function app.evil() returns timestamptz language plpgsql as
    $$ begin delete from ${table}; return now(); end $$`);
  const error = await puller({ cursor: { sql: 'app.evil()' } })
    .run()
    .catch((thrown) => thrown);
  expect(error.code).toBe('LF_SOURCE_DATABASE_STATEMENT');
  expect(await sql(`select count(*)::int from ${table}`)).toEqual([{ count: 1 }]);
});
