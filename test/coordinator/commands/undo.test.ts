import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { undoFile } from '../../../coordinator/commands/undo.ts';
import { contextOf, later, openRig, type Rig, salesCsv } from '../support.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
  await rig.start();
  await rig.startWorker();
  await rig.drop('sales/x.csv', salesCsv(10));
  await rig.drop('sales/y.csv', salesCsv(5, 50));
  await rig.receipts(2);
});
afterEach(async () => {
  await rig.close();
});

const facts = () => rig.column('select count(*) from star.fact_sale');
const inMarts = () => rig.column('select sum(sales)::int from star.sales_per_shop');

describe('undo', () => {
  it.each(Object.keys(later) as (keyof typeof later)[])(
    'takes out what a file has loaded, after: %s',
    async (change) => {
      const [first] = await rig.column(`select file_id from landfall.file where name = 'x.csv'`);
      const context = await contextOf(rig, await later[change]());
      expect(await undoFile(context, first as number, 'a test')).toMatchObject([{ name: 'x.csv' }]);
      expect(await facts()).toEqual([5]);
      expect(await rig.column('select sum(rows)::int from landfall.manifest')).toEqual([5]);
      expect((await rig.files('lake')).filter((path) => path.includes(`f${first}-`))).toEqual([]);
      // Marts belong to the dataset: those of one that is no longer defined follow its files as before.
      if (change === 'another name' || change === 'no dataset') expect(await inMarts()).toEqual([5]);
    },
  );

  it('of a file whose fact table a person has dropped takes out the rest, and says so', async () => {
    await rig.database.pool.query('drop table star.fact_sale cascade');
    const gone: string[] = [];
    const onGone = (file: { readonly name: string }, what: string) => void gone.push(`${file.name}: ${what}`);
    const context = { ...(await contextOf(rig)), onGone };
    const [first] = await rig.column(`select file_id from landfall.file where name = 'x.csv'`);
    expect(await undoFile(context, first as number, 'a test')).toMatchObject([{ name: 'x.csv' }]);
    expect(gone).toEqual(['x.csv: the table star.fact_sale']);
    expect(await rig.column('select state from landfall.file order by name')).toEqual(['undone', 'done']);
    expect(await rig.column('select sum(rows)::int from landfall.manifest')).toEqual([5]);
    expect((await rig.files('lake')).filter((path) => path.includes(`f${first}-`))).toEqual([]);
  });
});
