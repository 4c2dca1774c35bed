/** Files of a snapshot dataset: the instant is in the name, and files without one never begin to load. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { snapshotOf } from '../../ledger/snapshot-of.ts';
import { defineDataset, fromName, integer, snapshot } from '../../model/index.ts';
import { openRig, type Rig } from '../coordinator/support.ts';

const pattern = 'customers_{date}.csv';
const customers = defineDataset({
  name: 'customers',
  columns: { id: integer({ required: true }), tier: integer() },
  mode: snapshot({ key: ['id'], asOf: fromName(pattern) }),
  star: { fact: 'fact_customer' },
});

let rig: Rig;
beforeEach(async () => {
  rig = await openRig({ definitions: [customers] });
});
afterEach(() => rig.close());

it('a file whose name has no instant fails before it is loaded, alone and among others', async () => {
  // They land before the coordinator starts, so that they are prepared together.
  await rig.drop('customers/customers.csv', 'id,tier\n1,1\n');
  await rig.drop('customers/customers_2026-02-30.csv', 'id,tier\n2,1\n');
  await rig.drop('customers/customers_2026-01-31.csv', 'id,tier\n3,1\n');
  await rig.start();
  const said = `error->>'code' || ': ' || (error->>'message')`;
  const files = () =>
    rig.column(`select concat_ws(' ', name, state, ${said}) from landfall.file order by name`);
  const failed = (name: string) =>
    `${name} failed LF_SNAPSHOT_NAME: The name ${name} does not match ${pattern}, so the snapshot has no date.`;
  const expected = [
    failed('customers.csv'),
    'customers_2026-01-31.csv loading',
    failed('customers_2026-02-30.csv'),
  ].sort();
  await vi.waitFor(async () => expect((await files()).sort()).toEqual(expected), { timeout: 20_000 });
});

it('corrected and replayed rows belong to the snapshot of the file that rejected them', async () => {
  await rig.drop('customers/customers_2026-01-31.csv', 'id,tier\nx,1\n');
  await rig.start();
  await rig.untilFirstIs('loading');
  const { pool } = rig.database;
  const linked = { name: 'corrected.csv', contentHash: 'sha256:b', linkedTo: 1 } as const;
  const own = await rig.column('select content_hash from landfall.file');
  const original = { asOf: '2026-01-31T00:00:00Z', contentHash: own[0] };
  for (const link of ['corrects', 'replays'] as const)
    expect(await snapshotOf(pool, pattern, { ...linked, link })).toEqual(original);
  // Rejects of corrected rows may be corrected once more.
  await pool.query(
    `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, content_hash, state, link, linked_to)
     select dataset, 'corrected.csv', 'file:///corrected.csv', scope, origin, bytes, fingerprint, 'sha256:c', 'done', 'corrects', 1 from landfall.file`,
  );
  expect(await snapshotOf(pool, pattern, { ...linked, link: 'corrects', linkedTo: 2 })).toEqual(original);
  const dated = { ...linked, name: 'in/customers_20260201.csv', linkedTo: 1 };
  for (const link of ['reloads', 'replaces'] as const)
    expect(await snapshotOf(pool, pattern, { ...dated, link })).toEqual({
      ...{ asOf: '2026-02-01T00:00:00Z', contentHash: 'sha256:b' },
    });
  await expect(snapshotOf(pool, pattern, { ...linked, link: null })).rejects.toMatchObject({
    code: 'LF_SNAPSHOT_NAME',
  });
});
