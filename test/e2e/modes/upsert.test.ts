import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { tempFolder } from '../../support/index.ts';
import { exported, replayed, undone } from '../again.ts';
import { onBothBackends } from '../site.ts';
import { defineOrders, header, historyMode, type KeyedSite, keyedSite, upsertMode } from './keyed-site.ts';

let site: KeyedSite | undefined;
afterEach(() => site?.close());

onBothBackends('upsert', (backend) => {
  it('shows the latest event of a key, whichever file comes first, and what was there before an undo', async () => {
    const open = (site = await keyedSite(backend, { mode: upsertMode }));
    await open.land('b.csv', ['1,20,,paid,', '2,20,true,gone,', '3,5,,new,late']);
    await open.land('a.csv', ['1,10,,new,first', '2,10,,new,', '4,1,,new,']);
    expect(await open.shown()).toEqual(['1 20 paid', '3 5 new late', '4 1 new']);
    await open.land('c.csv', ['2,30,,back,', '3,4,true,gone,']);
    expect(await open.shown()).toEqual(['1 20 paid', '2 30 back', '3 5 new late', '4 1 new']);
    await open.accounted();

    await undone(open, 'b.csv');
    expect(await open.shown()).toEqual(['1 10 new first', '2 30 back', '4 1 new']);
    await undone(open, 'a.csv');
    expect(await open.shown()).toEqual(['2 30 back']);
    await open.accounted();
    await replayed(open, 'b.csv');
    await replayed(open, 'a.csv');
    expect(await open.shown()).toEqual(['1 20 paid', '2 30 back', '3 5 new late', '4 1 new']);
    await open.accounted();
  });

  it('finds the latest event of keys that are many times in a file, in its chunks and in others', async () => {
    const open = (site = await keyedSite(backend, { mode: upsertMode }, { chunkBytes: 64 * 1024 }));
    const event = (i: number) => `${i % 500},${(i * 7919) % 20_011},,s${i % 3},${'n'.repeat(20)}${i}`;
    const latest = (count: number) => {
      const best = new Map<string, string[]>();
      for (let i = 0; i < count; i++) {
        const [id, v, , state, note] = event(i).split(',');
        if (Number(best.get(id)?.[1] ?? -1) < Number(v)) best.set(id, [id, v, state, note]);
      }
      return [...best.values()].map((row) => row.join(' ')).sort();
    };
    const lines = Array.from({ length: 12_000 }, (_, i) => event(i));
    const receipt = await open.land('large.csv', lines.slice(0, 9_000));
    expect(receipt.chunks).toBeGreaterThan(3);
    expect(receipt).toMatchObject({ rows: { loaded: 9_000 }, starRows: 9_000, lakeRows: 9_000 });
    expect(await open.shown()).toEqual(latest(9_000));
    await open.land('more.csv', lines.slice(9_000));
    expect(await open.shown()).toEqual(latest(12_000));
    await open.accounted();
    await undone(open, 'more.csv');
    expect(await open.shown()).toEqual(latest(9_000));
    await open.accounted();
  });
});

describe('upsert', () => {
  it('applies many small files that land together, and a large one beside them', async () => {
    const open = (site = await keyedSite('postgres', { mode: upsertMode }));
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, f) => [
        `${f}.csv`,
        Array.from({ length: 10 }, (_, i) => `${i},${(f * 17) % 40},,s${f},`),
      ]),
    );
    const large = Array.from({ length: 5_000 }, (_, i) => `${i % 20},${i % 39},,large,${'x'.repeat(30)}`);
    const receipts = await open.landTogether({ ...files, 'large.csv': large });
    expect(receipts.map(({ status }) => status)).toEqual(receipts.map(() => 'done'));
    // f * 17 mod 40 = 39 where f = 7.
    const small = Array.from({ length: 10 }, (_, i) => `${i} 39 s7`);
    const others = Array.from({ length: 10 }, (_, i) => `${10 + i} 38 large ${'x'.repeat(30)}`);
    expect(await open.shown()).toEqual([...small, ...others].sort());
    await open.accounted();
    for (const name of ['7.csv', 'large.csv']) await undone(open, name);
    // The second greatest: 38 where f = 14.
    expect(await open.shown()).toEqual(Array.from({ length: 10 }, (_, i) => `${i} 38 s14`).sort());
    await open.accounted();
  });

  it('counts an event that two files have once, until both are undone', async () => {
    const open = (site = await keyedSite('postgres', { mode: upsertMode }));
    await open.land('a.csv', ['1,1,,new,', '2,1,,new,']);
    await open.land('b.csv', ['1,1,,new,', '3,1,,new,']);
    expect(await open.shown()).toEqual(['1 1 new', '2 1 new', '3 1 new']);
    await undone(open, 'a.csv');
    expect(await open.shown()).toEqual(['1 1 new', '3 1 new']);
    await replayed(open, 'a.csv');
    await undone(open, 'b.csv');
    expect(await open.shown()).toEqual(['1 1 new', '2 1 new']);
    await undone(open, 'a.csv');
    expect(await open.shown()).toEqual([]);
    await open.accounted();
  });

  it('says in the receipt where the content decided', async () => {
    const open = (site = await keyedSite('postgres', { mode: upsertMode }));
    expect(await open.land('a.csv', ['1,1,,new,', '2,1,,new,'])).not.toHaveProperty('ties');
    const [b, c] = await open.landTogether({
      'b.csv': ['1,1,,paid,', '5,1,,a,', '6,2,,b,'],
      'c.csv': ['7,1,,a,', '2,1,,x,', '7,1,,b,', '7,1,,b,'],
    });
    expect(b.ties).toEqual({ count: 1, sample: [{ chunk: 0, row: 0 }] });
    expect(c.ties).toEqual({
      count: 2,
      sample: [
        { chunk: 0, row: 0 },
        { chunk: 0, row: 1 },
      ],
    });
    const many = Array.from({ length: 5 }, (_, i) => [`k${i},1,,a,`, `k${i},1,,b,`]).flat();
    const d = await open.land('d.csv', many);
    expect(d.ties).toEqual({ count: 5, sample: [0, 2, 4].map((row) => ({ chunk: 0, row })) });
  });

  it('takes a corrected row as an event of the file that corrects it', async () => {
    const open = (site = await keyedSite('postgres', { mode: upsertMode }));
    await open.land('a.csv', ['1,1,,new,', '2,x,,paid,', '1,2,,paid,', ',5,,new,', '4,,,new,']);
    await open.land('b.csv', ['2,3,,sent,', '1,3,,sent,']);
    expect(await open.shown()).toEqual(['1 3 sent', '2 3 sent']);
    const [{ receipt }] = await open.query<{ receipt: { rejectsByCode: unknown } }>(
      `select landfall.receipt_of(f) as receipt from landfall.file f where name = 'a.csv'`,
    );
    expect(receipt.rejectsByCode).toMatchObject({ LF_REJECT_KEY: 1, LF_REJECT_ORDER: 1 });
    const corrected = String(await exported(open, 'a.csv'))
      .replace('2,x,', '2,4,')
      .replace('4,,,', '4,9,,');
    writeFileSync(join(open.folder, 'corrected.csv'), corrected);
    const correcting = await open.drop('orders', join(open.folder, 'corrected.csv'));
    expect(correcting).toMatchObject({ rows: { loaded: 2, rejected: 1 }, link: { kind: 'corrects' } });
    expect(await open.shown()).toEqual(['1 3 sent', '2 4 paid', '4 9 new']);
    await open.accounted();
    // What corrects a file leaves with it.
    await undone(open, 'a.csv');
    expect(await open.shown()).toEqual(['1 3 sent', '2 3 sent']);
    await undone(open, 'b.csv');
    expect(await open.shown()).toEqual([]);
    await open.accounted();
  });

  it('replaces a version: its events leave as the new ones enter', async () => {
    const open = (site = await keyedSite('postgres', { mode: upsertMode, versions: 'replace' }));
    await open.land('other.csv', ['1,2,,other,', '2,1,,other,', '9,1,,other,']);
    await open.land('a.csv', ['1,3,,old,', '2,3,,old,', '3,3,,old,']);
    const seen = new Set<string>();
    let over = false;
    const watching = (async () => {
      while (!over) seen.add((await open.shown()).join(', '));
    })();
    const second = await open.land('a.csv', ['1,1,,new,', '2,4,,new,', '4,1,,new,']);
    over = true;
    await watching;
    expect(second).toMatchObject({ status: 'done', link: { kind: 'replaces' } });
    expect(await open.shown()).toEqual(['1 2 other', '2 4 new', '4 1 new', '9 1 other']);
    seen.add((await open.shown()).join(', '));
    expect([...seen]).toEqual([
      '1 3 old, 2 3 old, 3 3 old, 9 1 other',
      '1 2 other, 2 4 new, 4 1 new, 9 1 other',
    ]);
    await open.accounted();
  });

  it('shows nothing of a file that fails, and leaves nothing of it behind', async () => {
    const checks = `{ none_bad: "select id from star.fact_orders where note = 'bad'" }`;
    const open = (site = await keyedSite('postgres', { mode: upsertMode, checks }));
    await open.land('a.csv', ['1,1,,new,', '2,1,,new,']);
    // An event that is superseded is not shown, so the check does not find it.
    expect(await open.land('old.csv', ['1,0,,new,bad'])).toMatchObject({ status: 'done' });
    expect(await open.land('b.csv', ['1,2,,new,', '3,1,,new,bad'])).toMatchObject({
      status: 'failed',
      error: { code: 'LF_CHECK' },
    });
    const large = Array.from(
      { length: 6_000 },
      (_, i) => `${i},2,,new,${i === 5_000 ? 'bad' : 'good enough'}`,
    );
    expect(await open.land('large.csv', large)).toMatchObject({ error: { code: 'LF_CHECK' } });
    expect(await open.shown()).toEqual(['1 1 new', '2 1 new']);
    expect(await open.query(`select 1 from pg_class where relname like '\\_staging%'`)).toEqual([]);
    await open.accounted();
    // What was superseded is found when it is promoted: the check is run when a file ends.
    await undone(open, 'a.csv');
    expect(await open.shown()).toEqual(['1 0 new bad']);
  });

  it('takes a column that a file lacks as null', async () => {
    const open = (site = await keyedSite('postgres', { mode: upsertMode }));
    await open.land('a.csv', ['1,1,,new,kept', '2,1,,new,']);
    await open.land('b.csv', ['1,2,paid', '2,1,new'], 'id,v,state');
    expect(await open.shown()).toEqual(['1 2 paid', '2 1 new']);
    // The second event of key 2 is the same as the first: a column that is missing is null.
    const [b] = await open.query<{ ties: unknown }>(
      `select receipt->'ties' as ties from landfall.file where name = 'b.csv'`,
    );
    expect(b.ties).toBeNull();
    await undone(open, 'b.csv');
    expect(await open.shown()).toEqual(['1 1 new kept', '2 1 new']);
    await open.accounted();
  });

  it('rejects repeats in a file by a unique rule before they are events', async () => {
    const rules = `rules: (c) => ({ once: unique([c.note], { scope: 'file' }) }),`;
    const open = (site = await keyedSite('postgres', { mode: upsertMode, rules }));
    const receipt = await open.land('a.csv', ['1,1,,new,x', '1,2,,paid,x', '2,1,,new,y']);
    expect(receipt).toMatchObject({
      rows: { loaded: 2, rejected: 1 },
      rejectsByCode: { LF_REJECT_UNIQUE: 1 },
    });
    expect(await open.shown()).toEqual(['1 1 new x', '2 1 new y']);
    await open.accounted();
  });

  it('keeps the events of datasets that share a dimension apart', async () => {
    const folder = tempFolder();
    defineOrders(folder, { mode: historyMode, name: 'sales' });
    const open = (site = await keyedSite('postgres', { mode: upsertMode }, { folder }));
    const sales = join(folder, 'sale.csv');
    writeFileSync(sales, `${header}\n1,1,,new,\n1,2,,paid,\n`);
    await Promise.all([
      open.land('a.csv', ['1,1,,new,', '1,3,,paid,']),
      open.drop('sales', sales),
      open.land('b.csv', ['1,2,,sent,', '2,1,,new,']),
    ]);
    expect(await open.shown()).toEqual(['1 3 paid', '2 1 new']);
    const versions = 'select v, valid_from, valid_to from star.fact_sales order by v';
    expect(await open.query(versions)).toEqual([
      { v: 1, valid_from: 1, valid_to: 2 },
      { v: 2, valid_from: 2, valid_to: null },
    ]);
    await undone(open, 'a.csv');
    expect(await open.shown()).toEqual(['1 2 sent', '2 1 new']);
    expect(await open.query(versions)).toHaveLength(2);
    await open.accounted();
  });
});
