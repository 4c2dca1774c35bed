import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failFile } from '../../../coordinator/finalise/unload.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { starDdl } from '../../../sinks/postgres/ddl/ddl.ts';
import { contextOf, later, openRig, type Rig, salesCsv, salesWith } from '../support.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
  await rig.start();
});
afterEach(async () => {
  await rig.close();
});

const error = { code: 'LF_CHECK', message: 'it was wrong', fix: 'fix it' };
const count = async (table = 'star.fact_sale') => (await rig.column(`select count(*) from ${table}`))[0];
const column = async (name: string) =>
  (await rig.column(`select ${name} from landfall.file where file_id = 1`))[0];

/** All chunks of a file are committed, and its coordinator has died before it was finalised. */
async function loadedOnly(state: 'loading' | 'finalising'): Promise<void> {
  await rig.drop('sales/x.csv', salesCsv(10));
  await rig.untilFirstIs('loading');
  await rig.coordinator.close();
  const worker = await rig.startWorker();
  while ((await count()) !== 10) await new Promise((resolve) => setTimeout(resolve, 10));
  await worker.close();
  await rig.database.pool.query('update landfall.file set state = $1', [state]);
}

describe('a file that fails', () => {
  it.each(Object.keys(later) as (keyof typeof later)[])(
    'leaves no row where it was loaded, after: %s',
    async (change) => {
      await loadedOnly('finalising');
      const context = await contextOf(rig, await later[change]());
      expect(await failFile(context, { fileId: 1 }, error)).toBe('moved');
      expect(await column('state')).toBe('failed');
      expect(await count()).toBe(0);
    },
  );

  it('has no row anywhere, and one that is done has all, when the coordinator died before its end', async () => {
    await loadedOnly('finalising');
    // The table that the definition names by now is there, and has rows of its own.
    for (const statement of starDdl(compileDataset(salesWith({ fact: 'fact_sold' }))))
      await rig.database.pool.query(statement);
    await rig.start({ registry: await later['another fact table']() });
    const [receipt] = await rig.receipts(1);
    expect(await count()).toBe(receipt.status === 'done' ? 10 : 0);
    expect(await count('star.fact_sold')).toBe(0);
    expect(receipt.starRows).toBe(await count());
  });
});

describe('a file whose fact table a person has dropped', () => {
  it('fails for the reason on record, and leaves nothing in the lake', async () => {
    await loadedOnly('finalising');
    await rig.database.pool.query('drop table star.fact_sale cascade');
    const { ledger } = await contextOf(rig);
    // As a process leaves it that dies when the reason is on record.
    await ledger.noteFailure(rig.database.pool, 1, error);
    await rig.start();
    const [receipt] = await rig.receipts(1);
    expect(receipt).toMatchObject({ status: 'failed', error });
    expect((await rig.files('lake')).filter((path) => path.endsWith('.parquet'))).toEqual([]);
    expect(await rig.files('failed')).toEqual(['sales/x.csv', 'sales/x.csv.error.json']);
  });
});

describe('a file whose unloading fails', () => {
  const stuck = async (on: boolean) =>
    rig.database.pool.query(
      on
        ? `create function stuck() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
           create trigger stuck before delete on star.fact_sale execute function stuck()`
        : 'drop trigger stuck on star.fact_sale',
    );

  it.each(['loading', 'finalising'] as const)(
    'is never done, and fails for the first reason as soon as it can, from %s',
    async (state) => {
      await loadedOnly(state);
      await stuck(true);
      const context = await contextOf(rig);
      await expect(
        failFile(context, { fileId: 1 }, error, [{ name: 'a', ok: false, detail: 'b' }]),
      ).rejects.toThrow('not now');
      await rig.start();
      // What was in the queue has been heard.
      const asked = await rig.coordinator.submit({
        path: await rig.write('y.csv', salesCsv(5, 50)),
        dataset: 'sales',
      });
      await rig.startWorker();
      expect((await rig.coordinator.settled(asked)).status).toBe('done');
      expect(await column('state')).toBe(state);
      expect(await rig.column('select receipt from landfall.file where file_id = 1')).toEqual([null]);

      await rig.coordinator.close();
      await stuck(false);
      await rig.start();
      const [receipt] = await rig.receipts(1);
      expect(receipt).toMatchObject({ status: 'failed', error, checks: [{ name: 'a' }] });
      expect(await count()).toBe(5);
      expect(await rig.files('failed')).toEqual(['sales/x.csv', 'sales/x.csv.error.json']);
    },
  );
});
