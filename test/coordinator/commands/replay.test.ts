import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareReplay } from '../../../coordinator/commands/replay.ts';
import { contextOf, later, openRig, type Rig, salesCsv } from '../support.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
  await rig.start();
  await rig.startWorker();
  await rig.drop('sales/x.csv', `${salesCsv(10)}many,shop 1,1,ok\n`);
  await rig.receipts(1);
});
afterEach(async () => {
  await rig.close();
});

const states = () => rig.column('select state from landfall.file order by file_id');
const facts = (table = 'star.fact_sale') => rig.column(`select count(*) from ${table}`);

describe('replay', () => {
  it.each(['another fact table', 'another schema'] as const)(
    'of a whole file moves it, after: %s',
    async (change) => {
      await rig.coordinator.close();
      const registry = await later[change]();
      await rig.start({ registry });
      await rig.startWorker('pool', registry);
      const again = await rig.coordinator.actions.replay(1, { whole: true });
      expect(await rig.coordinator.settled(again!)).toMatchObject({ status: 'done', rows: { loaded: 10 } });
      const { schema, fact } = registry.get('sales')!.star!;
      expect([await facts(), await facts(`${schema}.${fact}`)]).toEqual([[0], [10]]);
    },
  );

  it.each(['another name', 'no dataset'] as const)(
    'of a whole file undoes nothing, after: %s',
    async (change) => {
      const context = await contextOf(rig, await later[change]());
      await expect(prepareReplay(context, 1, { whole: true })).rejects.toMatchObject({
        code: 'LF_DATASET_UNKNOWN',
      });
      await expect(prepareReplay(context, 1, { whole: false })).rejects.toMatchObject({
        code: 'LF_DATASET_UNKNOWN',
      });
      expect([await states(), await facts()]).toEqual([['done'], [10]]);
    },
  );

  it('of a whole file undoes nothing when the file is gone', async () => {
    await rm(join(rig.config.archiveUrl, 'sales'), { recursive: true });
    const context = await contextOf(rig);
    await expect(prepareReplay(context, 1, { whole: true })).rejects.toMatchObject({
      code: 'LF_FILE_MISSING',
    });
    expect([await states(), await facts()]).toEqual([['done'], [10]]);
  });
});
