import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyFile } from '../../../coordinator/commands/verify.ts';
import type { Registry } from '../../../model/registry.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import { openSinks } from '../../../sinks/open-sinks.ts';
import { later, openRig, type Rig, salesCsv } from '../support.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
  await rig.start();
  await rig.startWorker();
});
afterEach(async () => {
  await rig.close();
});

async function audit(registry: Registry) {
  const { pool } = rig.database;
  const { ledger } = rig.coordinator;
  const sinks = openSinks({ pool, lake: await openStorage(rig.config.lakeUrl) });
  const { checks, ...rest } = await verifyFile({ pool, ledger, registry, sinks }, (await ledger.file(1))!);
  return { ...rest, broken: checks.filter(({ ok }) => !ok) };
}

it.each(Object.keys(later) as (keyof typeof later)[])(
  'counts what a file has loaded after: %s',
  async (change) => {
    await rig.drop('sales/x.csv', salesCsv(10));
    await rig.receipts(1);
    expect(await audit(await later[change]())).toMatchObject({ starRows: 10, lakeRows: 10, broken: [] });
    await rig.database.pool.query('delete from star.fact_sale where id = 1');
    const found = await audit(await later[change]());
    expect(found).toMatchObject({ starRows: 9, broken: [{ name: 'rows in the star' }] });
  },
);

it('counts no row in a fact table that a person has dropped', async () => {
  await rig.drop('sales/x.csv', salesCsv(10));
  await rig.receipts(1);
  await rig.database.pool.query('drop table star.fact_sale cascade');
  const found = await audit(rig.registry);
  expect(found).toMatchObject({ starRows: 0, lakeRows: 10, broken: [{ name: 'rows in the star' }] });
});
