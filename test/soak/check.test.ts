/** The soak's count sees what is wrong: a run that is good, and the same one with a row taken or put twice. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Knowledge } from '../../soak/act/knowledge.ts';
import { checkFiles } from '../../soak/check/files.ts';
import { compareRows } from '../../soak/check/rows.ts';
import { Draw } from '../../soak/draw.ts';
import { makeContent } from '../../soak/files/make.ts';
import { drawContent } from '../../soak/plan/contents.ts';
import type { OwnPostgres } from '../../soak/site/postgres.ts';
import { miscounted } from '../../soak/watch.ts';
import { root } from '../cli/run.ts';
import { type TestSite, testSite } from '../e2e/site.ts';

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

const counted = async () => {
  const { done, faults } = await checkFiles(postgres, knowledge);
  const { rows, lost, duplicated, foreign } = await compareRows({ folder: site.folder, postgres, done });
  return {
    rows,
    lost,
    duplicated,
    foreign,
    faults: faults.length,
    miscounted: (await miscounted(postgres)).length,
  };
};

beforeAll(async () => {
  const datasets = ['marks', 'notes'].map((name) => join(root, `soak/datasets/${name}/dataset.ts`));
  site = await testSite({ backend: 'postgres', datasets });
  postgres = asked(site);
  const folder = join(site.folder, 'made');
  mkdirSync(folder);
  for (const [number, dataset] of (['marks', 'notes', 'trips', 'citibike'] as const).entries()) {
    const drawn = drawContent(new Draw(`count ${number}`), `c${number}`, { rowsMax: 200, dataset });
    const content = {
      ...drawn,
      rows: 200,
      flaw: null,
      packing: 'none' as const,
      rejectShare: number < 2 ? 0.1 : 0,
    };
    const made = await makeContent(content, folder);
    knowledge.made(made);
    knowledge.dropped(
      { atMs: 0, content: content.id, dataset, name: `${content.id}.file`, writtenMs: null, meddling: null },
      { over: false },
    );
    expect((await site.drop(dataset, made.path)).status).toBe('done');
  }
});
afterAll(() => site.close());

it('finds nothing wrong where nothing is', async () => {
  const rejects = [0, 1].map(
    (n) => readFileSync(knowledge.contents.get(`c${n}`)!.rejects, 'utf8').split('\n').length - 1,
  );
  const rows = 800 - rejects[0] - rejects[1];
  expect(rejects[0] * rejects[1]).toBeGreaterThan(0);
  before = await counted();
  expect(before).toEqual({ rows, lost: 0, duplicated: 0, foreign: 0, faults: 0, miscounted: 0 });
});

it.each([
  [
    'a fact is gone',
    'delete from star.fact_mark where record = (select min(record) from star.fact_mark)',
    { lost: 1, miscounted: 1 },
  ],
  [
    'a fact is there twice',
    'insert into star.fact_ride select * from star.fact_ride limit 1',
    { duplicated: 1, miscounted: 1 },
  ],
  [
    'a fact is another',
    "update star.fact_note set note = 'forged' where record = (select min(record) from star.fact_note)",
    { lost: 1, foreign: 1 },
  ],
  [
    'a reject is gone',
    'delete from landfall.reject where reject_id = (select min(reject_id) from landfall.reject)',
    { faults: 1 },
  ],
  [
    'a file is undone in name only',
    "update landfall.file set state = 'undone' where dataset = 'trips'",
    { faults: 1, foreign: 200, miscounted: 1 },
  ],
])('sees that %s', async (_, damage, seen) => {
  await site.query('drop schema if exists saved cascade');
  await site.query('create schema saved');
  for (const table of [
    'star.fact_mark',
    'star.fact_ride',
    'star.fact_note',
    'landfall.reject',
    'landfall.file',
  ]) {
    await site.query(`create table saved."${table}" as table ${table}`);
  }
  await site.query(damage);
  const after = await counted();
  const differences = Object.fromEntries(
    Object.entries(after).flatMap(([name, n]) =>
      name === 'rows' || n === before[name as 'lost'] ? [] : [[name, n - before[name as 'lost']]],
    ),
  );
  expect(differences).toEqual(seen);
  await restore();
});

async function restore(): Promise<void> {
  await site.query("update landfall.file set state = 'done'");
  await site.query('truncate landfall.reject');
  await site.query(
    'insert into landfall.reject overriding system value select * from saved."landfall.reject"',
  );
  for (const table of ['star.fact_mark', 'star.fact_ride', 'star.fact_note']) {
    await site.query(`truncate ${table}`);
    await site.query(`insert into ${table} select * from saved."${table}"`);
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
