import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCoordinator } from '../../../coordinator/coordinator.ts';
import { createLog } from '../../../platform/log/log.ts';
import { later, openRig, type Rig, salesCsv } from '../support.ts';

let rig: Rig;
beforeEach(async () => {
  // Small beside the time for which the server is up: what seems dead is reaped at the start.
  rig = await openRig({ lockMs: 1000 });
});
afterEach(async () => {
  await rig.close();
});

/** Ingests that have died when all chunks of their files were committed: one each. */
async function orphanedIngests(files: readonly [scope: string, name: string, from: number][]): Promise<void> {
  const ingests = [];
  for (const [scope, name, from] of files) {
    const ingest = await startCoordinator({
      config: rig.config,
      database: { ...rig.database, embedded: false, close: async () => {} },
      registry: rig.registry,
      scope,
      watch: false,
      log: createLog('test', { level: 'silent' }),
    });
    const fileId = await ingest.submit({ path: await rig.write(name, salesCsv(10, from)), dataset: 'sales' });
    await until(async () => (await ingest.ledger.file(fileId))!.state === 'loading');
    ingests.push({ ingest, fileId, scope });
  }
  for (const { ingest, fileId, scope } of ingests) {
    await ingest.close();
    const worker = await rig.startWorker(scope);
    await until(async () => (await ingest.ledger.chunks(fileId))[0].state === 'committed');
    await worker.close();
  }
  await rig.database.pool.query(`update landfall.file set state = 'finalising'`);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

const facts = async () => (await rig.column('select count(*) from star.fact_sale'))[0];
const left = () => rig.column('select scope from landfall.scope');

describe('what a killed ingest has loaded', () => {
  it.each(Object.keys(later) as (keyof typeof later)[])(
    'is unloaded and forgotten after: %s',
    async (change) => {
      await orphanedIngests([['ingest-dead', 'x.csv', 1]]);
      expect(await facts()).toBe(10);
      await rig.start({ registry: await later[change]() });
      expect(await rig.column('select state, error from landfall.file')).toEqual(['failed']);
      expect(await rig.column(`select error->>'code' from landfall.file`)).toEqual(['LF_INGEST_ABANDONED']);
      expect(await facts()).toBe(0);
      expect(await left()).toEqual([]);
    },
  );

  it('keeps no other from being unloaded while it cannot be, and is unloaded later', async () => {
    await orphanedIngests([
      ['ingest-1', 'x.csv', 1],
      ['ingest-2', 'y.csv', 50],
    ]);
    await rig.database.pool.query(
      `create function stuck() returns trigger language plpgsql as
         $$ begin if old.id < 50 then raise 'not now'; end if; return old; end $$;
       create trigger stuck before delete on star.fact_sale for each row execute function stuck()`,
    );
    await rig.start();
    expect(await rig.column('select state from landfall.file order by file_id')).toEqual([
      'finalising',
      'failed',
    ]);
    expect(await left()).toEqual(['ingest-1']);
    await rig.coordinator.close();
    await rig.database.pool.query('drop trigger stuck on star.fact_sale');
    await rig.start();
    expect(await rig.column('select state from landfall.file order by file_id')).toEqual([
      'failed',
      'failed',
    ]);
    expect([await facts(), await left()]).toEqual([0, []]);
  });
});
