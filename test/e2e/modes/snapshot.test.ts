import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { commandOf, exported, replayed, undone } from '../again.ts';
import { type KeyedSite, keyedSite } from './keyed-site.ts';

let site: KeyedSite | undefined;
afterEach(() => site?.close());

const whole = `snapshot({ key: ['id'], asOf: fromName('orders_{date}.csv') })`;
const scoped = `snapshot({ key: ['id'], asOf: fromName('orders_{date}.csv'), scope: ['state'] })`;
const guarded = `snapshot({ key: ['id'], asOf: fromName('orders_{date}.csv'), maxDeleted: 0.5 })`;

describe('snapshot', () => {
  it('shows the rows of the newest file, whichever comes first, and of the one before after an undo', async () => {
    const open = (site = await keyedSite('postgres', { mode: whole }));
    await open.land('orders_2026-01-02.csv', ['1,1,,b,', '3,1,,b,', '3,0,,b,twice']);
    await open.land('orders_2026-01-01.csv', ['1,1,,a,', '2,1,,a,']);
    const second = await open.shown();
    expect(second.map((row) => row.split(' ')[0])).toEqual(['1', '3']);
    // The same content on another day is another snapshot, and no duplicate.
    const again = await open.land('orders_2026-01-03.csv', ['1,1,,a,', '2,1,,a,']);
    expect(again).toMatchObject({ status: 'done', rows: { loaded: 2 } });
    expect(await open.shown()).toEqual(['1 1 a', '2 1 a']);
    // The same day and the same content is one.
    expect(await open.land('orders_20260103.csv', ['1,1,,a,', '2,1,,a,'])).toMatchObject({
      status: 'duplicate',
    });
    await open.accounted();
    await undone(open, 'orders_2026-01-03.csv');
    expect(await open.shown()).toEqual(second);
    await undone(open, 'orders_2026-01-02.csv');
    expect(await open.shown()).toEqual(['1 1 a', '2 1 a']);
    await replayed(open, 'orders_2026-01-02.csv');
    expect(await open.shown()).toEqual(second);
    await open.accounted();
  });

  it('deletes all keys by a file that has none, and none of another scope', async () => {
    const open = (site = await keyedSite('postgres', { mode: whole }));
    await open.land('orders_2026-01-01.csv', ['1,1,,a,', '2,1,,b,']);
    expect(await open.land('orders_2026-01-02.csv', [])).toMatchObject({
      status: 'done',
      rows: { loaded: 0 },
    });
    expect(await open.shown()).toEqual([]);
    await undone(open, 'orders_2026-01-02.csv');
    expect(await open.shown()).toEqual(['1 1 a', '2 1 b']);
    await open.close();
    const other = (site = await keyedSite('postgres', { mode: scoped }));
    await other.land('orders_2026-01-01.csv', ['1,1,,a,', '2,1,,a,', '3,1,,b,']);
    await other.landTogether({
      'orders_2026-01-02.csv': ['1,2,,a,'],
      'orders_2026-01-03.csv': ['4,1,,c,'],
      'orders_2026-01-04.csv': [],
    });
    expect(await other.shown()).toEqual(['1 2 a', '3 1 b', '4 1 c']);
    await other.accounted();
  });

  it('refuses a name without an instant', async () => {
    const open = (site = await keyedSite('postgres', { mode: whole }));
    expect(await open.land('orders.csv', ['1,1,,a,'])).toMatchObject({ error: { code: 'LF_SNAPSHOT_NAME' } });
    expect(await open.land('orders_2026-02-30.csv', ['1,1,,a,'])).toMatchObject({
      error: { code: 'LF_SNAPSHOT_NAME' },
    });
  });

  it('adds corrected rows to the snapshot that rejected them', async () => {
    const open = (site = await keyedSite('postgres', { mode: whole }));
    await open.land('orders_2026-01-02.csv', ['1,1,,a,', '2,x,,a,']);
    await open.land('orders_2026-01-01.csv', ['5,x,,old,', '6,1,,old,']);
    const corrected = async (name: string) => {
      const text = String(await exported(open, `${name}.csv`)).replace(',x,', ',7,');
      writeFileSync(join(open.folder, `fixed ${name}.csv`), text);
      return open.drop('orders', join(open.folder, `fixed ${name}.csv`));
    };
    expect(await corrected('orders_2026-01-02')).toMatchObject({ status: 'done', rows: { loaded: 1 } });
    expect(await open.shown()).toEqual(['1 1 a', '2 7 a']);
    expect(await corrected('orders_2026-01-01')).toMatchObject({ status: 'done', rows: { loaded: 1 } });
    expect(await open.shown()).toEqual(['1 1 a', '2 7 a']);
    await undone(open, 'orders_2026-01-02.csv');
    expect(await open.shown()).toEqual(['5 7 old', '6 1 old']);
    await undone(open, 'fixed orders_2026-01-01.csv');
    expect(await open.shown()).toEqual(['6 1 old']);
    await open.accounted();
  });

  it('fails a file that lacks too many keys, until a person accepts it', async () => {
    const open = (site = await keyedSite('postgres', { mode: guarded }));
    const command = commandOf(open, 'postgres');
    await open.land('orders_2026-01-01.csv', ['1,1,,a,', '2,1,,a,', '3,1,,a,', '4,1,,a,']);
    expect(await open.land('orders_2026-01-02.csv', ['1,2,,a,', '2,2,,a,'])).toMatchObject({
      status: 'done',
    });
    const [short, empty] = await open.landTogether({
      'orders_2026-01-03.csv': ['9,1,,a,'],
      'orders_2026-01-04.csv': [],
    });
    for (const receipt of [short, empty])
      expect(receipt.error).toMatchObject({
        code: 'LF_SNAPSHOT_SHRUNK',
        message: expect.stringContaining('lacks 2 of the 2 keys'),
      });
    expect(await open.shown()).toEqual(['1 2 a', '2 2 a']);
    await open.accounted();

    const refused = await command('accept', 'orders_2026-01-01.csv');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('LF_FILE_ACCEPTED') });
    const accepted = await command('accept', 'orders_2026-01-03.csv');
    expect(accepted, accepted.stderr).toMatchObject({ code: 0 });
    expect(await open.shown()).toEqual(['9 1 a']);
    // It stays accepted.
    await undone(open, 'orders_2026-01-03.csv');
    expect(await open.shown()).toEqual(['1 2 a', '2 2 a']);
    expect(await replayed(open, 'orders_2026-01-03.csv')).toMatchObject({ status: 'done' });
    expect(await open.shown()).toEqual(['9 1 a']);
    await open.accounted();
    // A file that lands late deletes nothing now, and is compared with the one before it all the same.
    expect(await open.land('orders_2025-12-31.csv', ['8,1,,a,'])).toMatchObject({ status: 'done' });
    expect(await open.land('orders_2026-01-02_1200.csv', ['7,1,,a,'])).toMatchObject({
      error: {
        code: 'LF_SNAPSHOT_SHRUNK',
        message: expect.stringContaining('lacks 2 of the 2 keys that the snapshot before it has'),
      },
    });
    expect(await open.shown()).toEqual(['9 1 a']);
    await open.accounted();
  });
});
