/** The soak's count sees what is wrong: a run that is good, and the same one with a row taken or put twice. */
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditRollups } from '../../sinks/postgres/rollups/audit-rollups.ts';
import { Knowledge } from '../../soak/act/knowledge.ts';
import { compareEvents } from '../../soak/check/compare-events.ts';
import { checkRollups } from '../../soak/check/compare-rollups.ts';
import { checkFiles } from '../../soak/check/files.ts';
import { compareRows } from '../../soak/check/rows.ts';
import { Draw } from '../../soak/draw.ts';
import { makeContent } from '../../soak/files/make.ts';
import { drawContent } from '../../soak/plan/contents.ts';
import { isKeyed, soakDatasets } from '../../soak/plan/types.ts';
import type { OwnPostgres } from '../../soak/site/postgres.ts';
import { miscounted } from '../../soak/watch.ts';
import { root } from '../cli/run.ts';
import { type TestSite, testSite } from '../e2e/site.ts';
import { isTurnOf } from '../support/turn.ts';

let site: TestSite;
let postgres: OwnPostgres;
/** What is counted where nothing is wrong. */
let before: Awaited<ReturnType<typeof counted>>;
const knowledge = new Knowledge();

/** The part of the soak's own server that the count asks. */
function asked(open: TestSite): OwnPostgres {
  const client = async () => {
    const one = new pg.Client(open.database.url);
    await one.connect();
    return one;
  };
  return {
    query: (text: string, values?: unknown[]) => open.query(text, values),
    client,
  } as unknown as OwnPostgres;
}

/** What `landfall verify --marts --json` prints. */
async function auditOfMarts(): Promise<string> {
  const audits: string[] = [];
  for (const dataset of soakDatasets) {
    audits.push(...(await auditRollups(site.database.pool, dataset)).map((audit) => JSON.stringify(audit)));
  }
  return audits.join('\n');
}

const counted = async () => {
  const { done, faults } = await checkFiles(postgres, knowledge);
  const { rows, lost, duplicated, foreign } = await compareRows({ folder: site.folder, postgres, done });
  const events = await compareEvents(postgres, done);
  const rollups = checkRollups(await auditOfMarts(), new Set(done.map(({ dataset }) => dataset)));
  return {
    rows,
    lost,
    duplicated,
    foreign,
    faults: faults.length,
    events: events.faults.length,
    rollups: rollups.faults.length,
    miscounted: (await miscounted(postgres)).length,
  };
};

const ours = ['marks', 'notes', 'lines', 'documents', 'orders', 'tiers', 'stocks'] as const;
const rejected: readonly string[] = ours;
/** Of events there are many and three files, because their keys are drawn from thousands. */
const files = [...soakDatasets, 'orders', 'orders', 'tiers', 'tiers', 'stocks', 'stocks'] as const;
const rowsOf = (dataset: (typeof files)[number]) => (isKeyed(dataset) ? 1500 : 200);

beforeAll(async () => {
  const datasets = ours.map((name) => join(root, `soak/datasets/${name}/dataset.ts`));
  site = await testSite({ backend: 'postgres', datasets });
  postgres = asked(site);
  const folder = join(site.folder, 'made');
  mkdirSync(folder);
  for (const [number, dataset] of files.entries()) {
    const drawn = drawContent(new Draw(`count ${number}`), `c${number}`, { rowsMax: 200, dataset });
    const content = {
      ...drawn,
      rows: rowsOf(dataset),
      flaw: null,
      packing: 'none' as const,
      rejectShare: rejected.includes(dataset) ? 0.1 : 0,
    };
    const made = await makeContent(content, folder);
    knowledge.made(made);
    const name = content.asOf === null ? `${content.id}.file` : `${content.id}_${content.asOf}.csv`;
    renameSync(made.path, join(folder, name));
    knowledge.dropped(
      { atMs: 0, content: content.id, dataset, name, writtenMs: null, meddling: null },
      { over: false },
    );
    expect((await site.drop(dataset, join(folder, name))).status).toBe('done');
  }
});
afterAll(() => site.close());

it('finds nothing wrong where nothing is', async () => {
  const rejects = [...knowledge.contents.values()].filter(({ rejectCount }) => rejectCount > 0);
  expect(rejects.map(({ content }) => content.dataset)).toEqual(
    files.filter((dataset) => rejected.includes(dataset)),
  );
  const all = files.reduce((sum, dataset) => sum + rowsOf(dataset), 0);
  const rows = all - rejects.reduce((sum, { rejectCount }) => sum + rejectCount, 0);
  before = await counted();
  expect(before).toEqual({
    rows,
    ...{ lost: 0, duplicated: 0, foreign: 0, faults: 0, events: 0, rollups: 0, miscounted: 0 },
  });
});

const changed = (type: string, row: string, value: string) =>
  `select (jsonb_populate_record(null::${type}, to_jsonb(${row}) || '${value}')).*`;

/** Makes a superseded event current in place of the one that is, of a key that meets the condition. */
const swap = (condition: string) => `do $$ declare
    latest star.fact_order_current;
    other star.fact_order_superseded;
  begin
    select c.* into strict latest from star.fact_order_current c join star.fact_order_superseded s using (_key)
    where not c._deleted and not s._deleted and s.kind_key <> c.kind_key and ${condition} order by _key limit 1;
    select s.* into strict other from star.fact_order_superseded s, (select latest.*) c
    where s._key = c._key and not s._deleted and s.kind_key <> c.kind_key and ${condition} limit 1;
    delete from star.fact_order_current where _key = latest._key;
    delete from star.fact_order_superseded where _key = other._key and _hash = other._hash;
    insert into star.fact_order_current ${changed('star.fact_order_current', 'other', '{"_since": 1}')};
    insert into star.fact_order_superseded ${changed('star.fact_order_superseded', 'latest', '{"_out": 1}')};
  end $$`;

const factTables = [
  ...['star.fact_mark', 'star.fact_ride', 'star.fact_note', 'star.fact_line', 'star.fact_document'],
  ...['star.fact_order_current', 'star.fact_order_superseded'],
  ...['star.fact_tier_current', 'star.fact_tier_superseded'],
  ...['star.fact_stock_current', 'star.fact_stock_superseded'],
];

const damages: readonly [name: string, sql: string, found: object][] = [
  [
    'a fact is gone',
    'delete from star.fact_mark where record = (select min(record) from star.fact_mark)',
    { lost: 1, miscounted: 1, rollups: 1 },
  ],
  [
    'a fact is there twice',
    'insert into star.fact_ride select * from star.fact_ride limit 1',
    { duplicated: 1, miscounted: 1, rollups: 4 },
  ],
  [
    'a fact is another',
    "update star.fact_note set note = 'forged' where record = (select min(record) from star.fact_note)",
    { lost: 1, foreign: 1 },
  ],
  [
    'a number of a line has lost its last digit',
    `update star.fact_line set exact = trunc(exact, 8)
     where record = (select min(record) from star.fact_line where exact <> trunc(exact, 8))`,
    { lost: 1, foreign: 1, rollups: 1 },
  ],
  [
    'a record of a document is gone',
    'delete from star.fact_document where record = (select min(record) from star.fact_document)',
    { lost: 1, miscounted: 1 },
  ],
  [
    'a reject is gone',
    'delete from landfall.reject where reject_id = (select min(reject_id) from landfall.reject)',
    { faults: 1 },
  ],
  [
    'a file is undone in name only',
    "update landfall.file set state = 'undone' where dataset = 'trips'",
    // Rollups are compared with the facts of files that are not undone, and this one still has its facts.
    { faults: 1, foreign: 200, miscounted: 1 },
  ],
  [
    'an event is gone',
    'delete from star.fact_order_superseded where ctid = (select min(ctid) from star.fact_order_superseded)',
    { lost: 1, miscounted: 1 },
  ],
  [
    'an event is current and superseded',
    `insert into star.fact_order_superseded
     ${changed('star.fact_order_superseded', 'c', '{"_out": 1}')} from star.fact_order_current c limit 1`,
    { duplicated: 1, miscounted: 1 },
  ],
  ['an earlier event is shown', swap('s._order < c._order'), { events: 2, rollups: 1 }],
  [
    'the wrong one of two events that tie is shown',
    swap('s._order = c._order and s._hash < c._hash'),
    { events: 2, rollups: 1 },
  ],
  [
    'a deleted key is shown',
    `update star.fact_order_current set _deleted = false
     where _key = (select _key from star.fact_order_current where _deleted limit 1)`,
    { events: 1, rollups: 1 },
  ],
  [
    'a version is missing',
    `with late as (
       delete from star.fact_tier_current where _key = (
         select _key from star.fact_tier_current where not _deleted group by _key having count(*) > 1 order by _key limit 1
       ) and not _deleted returning *
     ) insert into star.fact_tier_superseded ${changed('star.fact_tier_superseded', 'late', '{"_out": 1}')} from late`,
    { events: 1 },
  ],
  [
    'a row of an older snapshot is shown',
    `with old as (
       delete from star.fact_stock_superseded where ctid = (
         select s.ctid from star.fact_stock_superseded s
         where not exists (select from star.fact_stock_current c where c._key = s._key) order by s._hash limit 1
       ) returning *
     ) insert into star.fact_stock_current ${changed('star.fact_stock_current', 'old', '{"_since": 1}')} from old`,
    { events: 1, rollups: 1 },
  ],
  [
    'a row of the newest snapshot is not shown',
    `with new as (
       delete from star.fact_stock_current where ctid = (select min(ctid) from star.fact_stock_current) returning *
     ) insert into star.fact_stock_superseded ${changed('star.fact_stock_superseded', 'new', '{"_out": 1}')} from new`,
    { events: 1, rollups: 1 },
  ],
  [
    'two contents have one hash',
    `update star.fact_tier_superseded set _hash = (select _hash from star.fact_tier_current limit 1)
     where ctid = (select min(ctid) from star.fact_tier_superseded)`,
    { events: 1 },
  ],
  [
    'a rollup is not what its facts are',
    `do $$ declare state text; begin
       select oid::regclass into strict state from pg_class where relname ~ '^_orders_per_kind_[0-9a-f]{8}$';
       execute 'update ' || state || ' set _rows = _rows + 1 where kind_key = (select min(kind_key) from ' || state || ')';
     end $$`,
    { rollups: 1 },
  ],
];

it.each(damages.filter((_, i) => isTurnOf(i, 3)))('sees that %s', async (_, damage, seen) => {
  await site.query('drop schema if exists saved cascade');
  await site.query('create schema saved');
  const [{ state }] = await site.query<{ state: string }>(
    "select oid::regclass::text as state from pg_class where relname ~ '^_orders_per_kind_[0-9a-f]{8}$'",
  );
  const changing = [...factTables, state];
  for (const table of [...changing, 'landfall.reject', 'landfall.file']) {
    await site.query(`create table saved."${table}" as table ${table}`);
  }
  await site.query(damage);
  const after = await counted();
  const differences = Object.fromEntries(
    Object.entries(after).flatMap(([name, n]) =>
      name === 'rows' || n === before[name as 'lost'] ? [] : [[name, n - before[name as 'lost']]],
    ),
  );
  await restore(changing);
  expect(differences).toEqual(seen);
});

async function restore(tables: readonly string[]): Promise<void> {
  await site.query("update landfall.file set state = 'done'");
  await site.query('truncate landfall.reject');
  await site.query(
    'insert into landfall.reject overriding system value select * from saved."landfall.reject"',
  );
  for (const table of tables) {
    await site.query(`truncate ${table}`);
    await site.query(`insert into ${table} overriding system value select * from saved."${table}"`);
  }
}

it('sees a part of the lake that is listed for another file', async () => {
  await site.query(
    `update landfall.part set file_id = (select file_id from landfall.file where dataset = 'notes')
     where path = (select min(path) from landfall.part where dataset = 'marks')`,
  );
  const { lost } = await counted();
  expect(lost).toBeGreaterThan(0);
});
