/** One version of a reference table for all chunks of a file, whatever the table is meanwhile. */
import { writeFile } from 'node:fs/promises';
import { join as pathOf } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bigint, defineDataset, env, integer, join, reference, text, unique } from '../../../model/index.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { openRig, type Rig } from '../support.ts';

const path = pathOf(tempFolder(), 'states.csv');
const states = reference({
  name: 'states',
  csv: pathToFileURL(path),
  key: 'code',
  columns: { code: text({ required: true }), name: text() },
});
const plans = reference({
  name: 'plans',
  query: 'select id, title from plan order by id',
  url: env('TEST_PLANS_URL'),
  key: 'id',
  columns: { id: integer({ required: true }), title: text() },
});
const visits = defineDataset({
  name: 'visits',
  columns: { id: bigint({ required: true }), state: text() },
  enrich: (c) => ({
    state_name: join(states, c.state, 'name', { otherwise: 'unknown' }),
    known_name: join(states, c.state, 'name', { missing: 'reject' }),
  }),
  star: { fact: 'fact_visit', columns: ['id', 'state_name'] },
  rejects: { share: 0.5 },
});
const once = defineDataset({
  name: 'once',
  columns: { id: bigint({ required: true }), state: text() },
  enrich: (c) => ({ state_name: join(states, c.state, 'name') }),
  rules: (c) => ({ one_id: unique([c.id]) }),
  star: { fact: 'fact_once', columns: ['id', 'state_name'] },
  rejects: { share: 0.5 },
});
const sales = defineDataset({
  name: 'sales',
  columns: { id: bigint({ required: true }), plan: integer() },
  enrich: (c) => ({ title: join(plans, c.plan, 'title') }),
  star: { fact: 'fact_sale', columns: ['id', 'title'] },
});

let rig: Rig;
let app: TestDatabase | undefined;
afterEach(async () => {
  await rig.close();
  await app?.drop();
  app = undefined;
});

const say = (...lines: string[]) => writeFile(path, ['code,name', ...lines, ''].join('\n'));
const visitsCsv = (rows: number, from = 1) =>
  `id,state\n${Array.from({ length: rows }, (_, i) => `${from + i},${['TX', 'CA', ''][i % 3]}`).join('\n')}\n`;
const names = (where: string) =>
  rig.column(
    `select coalesce(state_name, '-') || ' ' || count(*) from star.fact_visit where ${where} group by state_name order by 1`,
  );

describe('a reference table in a file', () => {
  it('is what it was when the file was planned, and the newest for the next file', async () => {
    rig = await openRig({ definitions: [visits] });
    await rig.start();
    await say('TX,Texas', 'CA,California');
    await rig.drop('visits/first.csv', visitsCsv(3000));
    await rig.untilFirstIs('loading');
    await say('CA,Kalifornien', 'TX,Texas (new)', 'NY,New York');
    await rig.drop('visits/second.csv', visitsCsv(300, 10_001));
    await vi.waitFor(
      async () => expect(await rig.column('select state from landfall.file')).toEqual(['loading', 'loading']),
      { timeout: 10_000 },
    );
    await rig.startWorker();
    const [first, second] = await rig.receipts(2);
    expect(await names('id <= 10000')).toEqual(['- 1000', 'California 1000', 'Texas 1000']);
    expect(await names('id > 10000')).toEqual(['- 100', 'Kalifornien 100', 'Texas (new) 100']);
    const { states: of1 } = first.layout!.references!;
    const { states: of2 } = second.layout!.references!;
    expect([of1.rows, of2.rows]).toEqual([2, 3]);
    expect(of1.version).not.toBe(of2.version);
    const [progress] = await rig.coordinator.ledger.fileProgress([first.fileId]);
    expect(progress.references).toEqual({ states: of1 });

    // What it was again has the version that it had.
    await say('TX,Texas', 'CA,California');
    await rig.drop('visits/third.csv', visitsCsv(3, 20_001));
    expect((await rig.receipts(3))[2].layout!.references!.states).toEqual(of1);
    expect(await rig.column('select count(*) from landfall.reference')).toEqual([2]);
  });

  it('loads small files together with one version', async () => {
    rig = await openRig({ definitions: [visits] });
    await rig.start();
    await rig.startWorker();
    await say('TX,Texas', 'CA,California');
    await Promise.all([1, 101, 201, 301].map((from) => rig.drop(`visits/${from}.csv`, visitsCsv(30, from))));
    const receipts = await rig.receipts(4);
    expect(new Set(receipts.map(({ layout }) => layout!.references!.states.version)).size).toBe(1);
    expect(await names('true')).toEqual(['- 40', 'California 40', 'Texas 40']);
  });

  it('is joined where keys of a unique rule are noted, too', async () => {
    rig = await openRig({ definitions: [once] });
    await rig.start();
    await rig.startWorker();
    await say('TX,Texas', 'CA,California');
    await rig.drop('once/a.csv', 'id,state\n1,TX\n2,CA\n1,CA\n');
    const [receipt] = await rig.receipts(1);
    expect(receipt).toMatchObject({ status: 'done', rows: { loaded: 2, rejected: 1 } });
  });

  it('rejects rows of keys that it does not have, with the key', async () => {
    rig = await openRig({ definitions: [visits] });
    await rig.start();
    await rig.startWorker();
    await say('TX,Texas', 'CA,California');
    await rig.drop('visits/a.csv', 'id,state\n1,TX\n2,ZZ\n3,CA\n4,\n');
    const [receipt] = await rig.receipts(1);
    expect(receipt).toMatchObject({ status: 'done', rows: { loaded: 3, rejected: 1 } });
    expect(await rig.column('select line || message from landfall.reject')).toEqual([
      expect.stringMatching(/^3known_name.*states has no state "ZZ"|^3.*states has no code "ZZ"/),
    ]);
  });

  it.each([
    [
      'two rows of a key',
      ['TX,Texas', 'CA,b', 'TX,c'],
      'LF_REFERENCE_KEY',
      'lines 2 and 4 have the same, "TX"',
    ],
    [
      'a row without a key',
      ['TX,Texas', ',b'],
      'LF_REFERENCE_ROW',
      'in line 3, code has no value of its type',
    ],
    ['a row of other columns', ['TX,Texas', 'CA,b,c'], 'LF_REFERENCE_ROW', 'in line 3, the row does not fit'],
    ['too many bytes', ['TX,Texas'.padEnd(17 << 20)], 'LF_REFERENCE_LARGE', '16 MiB'],
    [
      'too many rows',
      Array.from({ length: 100_001 }, (_, i) => `${i},n`),
      'LF_REFERENCE_LARGE',
      '100,000 rows',
    ],
  ])('fails the file, and leaves nothing, where it has %s', async (_, lines, code, words) => {
    rig = await openRig({ definitions: [visits] });
    await rig.start();
    await rig.startWorker();
    await say(...lines);
    await rig.drop('visits/a.csv', visitsCsv(3));
    const [receipt] = await rig.receipts(1);
    expect(receipt).toMatchObject({ status: 'failed', error: { code } });
    expect(receipt.error!.message).toContain(words);
    expect(await names('true')).toEqual([]);
  });
});

describe('the result of a query', () => {
  it('is read when a file is planned; while its database is out of reach, the file waits', async () => {
    app = await testDatabase();
    await app.pool.query(
      "create table plan (id integer, title text); insert into plan values (1, 'Basic'), (2, null)",
    );
    process.env.TEST_PLANS_URL = app.url.replace(/:\d+\//, ':1/');
    rig = await openRig({ definitions: [sales] });
    await rig.start();
    await rig.startWorker();
    await rig.drop('sales/a.csv', 'id,plan\n1,1\n2,2\n3,3\n4,\n');
    await rig.untilFirstIs('discovered');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await rig.column('select state from landfall.file')).toEqual(['discovered']);
    process.env.TEST_PLANS_URL = app.url;
    const [receipt] = await rig.receipts(1);
    expect(receipt).toMatchObject({ status: 'done', layout: { references: { plans: { rows: 2 } } } });
    expect(await rig.column('select title from star.fact_sale order by id')).toEqual([
      'Basic',
      null,
      null,
      null,
    ]);
    // No secret is in the ledger.
    expect(await rig.column('select definition::text from landfall.definition')).not.toContain(app.url);
    await app.pool.query('drop table plan');
    await rig.drop('sales/b.csv', 'id,plan\n5,1\n');
    expect((await rig.receipts(2))[1]).toMatchObject({
      status: 'failed',
      error: { code: 'LF_REFERENCE_QUERY' },
    });
    delete process.env.TEST_PLANS_URL;
    await rig.drop('sales/c.csv', 'id,plan\n6,1\n');
    expect((await rig.receipts(3))[2]).toMatchObject({
      status: 'failed',
      error: { code: 'LF_REFERENCE_ENV' },
    });
  });
});
