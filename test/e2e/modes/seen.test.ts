/** When files brought a row: for a star that did not say so, after a rebuild. */
import { expect, it } from 'vitest';
import { tempFolder } from '../../support/index.ts';
import { rebuildHere } from '../again.ts';
import { defineOrders, historyMode, keyedSite } from './keyed-site.ts';

/** The rows of a star, with the names of the files that were seen when the rows were. */
const shown = `select f.id || ' ' || f.v as row, a.name as created, b.name as updated
  from star.fact_orders f
  left join landfall.file a on date_trunc('milliseconds', a.seen_at) = f.created_at
  left join landfall.file b on date_trunc('milliseconds', b.seen_at) = f.changed_at
  order by 1`;

it('is found again from the ledger', async () => {
  const site = await keyedSite('postgres', { mode: historyMode });
  try {
    await site.land('a.csv', ['k1,1,,x,', 'k2,1,true,x,']);
    await site.land('b.csv', ['k1,2,,y,', 'k2,2,,y,', 'k1,1,,x,']);
    await site.land('c.csv', ['k1,0,,w,', 'k2,2,,y,']);
    const seen = "seen: { created: 'created_at', updated: 'changed_at' } })";
    const mode = historyMode.replace(' })', `, ${seen}`);
    await rebuildHere(site, defineOrders(tempFolder(), { mode }), 'orders');
    expect(await site.query(shown)).toEqual([
      { row: 'k1 0', created: 'a.csv', updated: 'c.csv' },
      { row: 'k1 1', created: 'a.csv', updated: 'a.csv' },
      { row: 'k1 2', created: 'a.csv', updated: 'b.csv' },
      { row: 'k2 2', created: 'b.csv', updated: 'b.csv' },
    ]);
    // The site has the definition without the columns.
    const receipt = await site.land('d.csv', ['k3,1,,x,']);
    expect(receipt.error?.code).toBe('LF_MODE_CHANGED');
  } finally {
    await site.close();
  }
});
