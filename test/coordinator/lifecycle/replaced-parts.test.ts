/** Parts that others have replaced, and parts that nobody will list any more, leave the lake by themselves. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deleteAbandoned } from '../../../coordinator/commands/compact/leftovers.ts';
import { undoFile } from '../../../coordinator/commands/undo.ts';
import { deleteReplaced } from '../../../coordinator/lifecycle/replaced-parts.ts';
import { listShared, noteShared } from '../../../ledger/tables/lake/compaction.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { CompactedSite } from '../commands/compact/support.ts';
import { contextOf } from '../support.ts';

let site: CompactedSite;
beforeAll(async () => {
  site = await CompactedSite.open();
});
afterAll(() => site.rig.close());

const stored = async () => (await site.rig.files('lake/sales')).filter((path) => path.endsWith('.parquet'));
const replaced = async () =>
  (await site.rig.column('select path from landfall.retired_part order by path')) as string[];
const ask = (sql: string) => site.rig.database.pool.query(sql);

it('stay as long as was said when they were replaced, and else as long as the setting says', async () => {
  for (const from of [1, 101, 201]) await site.load(`${from}.csv`, from, 12);
  await site.compact({ keepSeconds: 3600 });
  const parts = await replaced();
  expect(parts).toHaveLength(9);
  const context = await contextOf(site.rig);
  expect(await deleteReplaced(context, 0)).toMatchObject({ parts: 0 });

  const [over, before] = [parts.slice(0, 2), parts.slice(2, 4)].map((some) => `('${some.join("', '")}')`);
  await ask(`update landfall.retired_part set kept_until = now() where path in ${over}`);
  // A version of Landfall that said nothing.
  await ask(`update landfall.retired_part set kept_until = null, retired_at = now() - interval '2 hours'
    where path in ${before}`);
  expect(await deleteReplaced(context, 3 * 3600_000)).toMatchObject({ parts: 2 });
  expect(await replaced()).toEqual(parts.slice(2));
  expect(await deleteReplaced(context, 3600_000)).toMatchObject({ parts: 2 });
  expect(await replaced()).toEqual(parts.slice(4));
  expect(await stored()).toHaveLength(5 + 3);
  await site.expectSound();
});

it('are deleted by a coordinator that starts, and are then forgotten', async () => {
  await ask(`update landfall.retired_part set kept_until = now()`);
  await site.rig.coordinator.close();
  await site.rig.start();
  await expect.poll(replaced).toEqual([]);
  expect(await stored()).toHaveLength(3);
  await site.expectSound();
});

it('include parts whose files were all undone', async () => {
  const context = await contextOf(site.rig);
  const keep = await site.load('keep.csv', 1001, 2);
  for (const fileId of [1, 2, 3]) await undoFile(context, fileId, 'a test');
  expect(await stored()).toHaveLength(3 + 2);
  expect(await deleteReplaced(context, 60_000)).toMatchObject({ parts: 0 });
  expect(await replaced()).toHaveLength(3);
  await ask(`update landfall.retired_part set kept_until = now()`);
  expect(await deleteReplaced(context, 60_000)).toMatchObject({ parts: 3 });
  expect(await stored()).toHaveLength(2);
  expect(await site.rig.column('select count(*)::int from landfall.shared_part')).toEqual([0]);
  expect(await site.expectRows()).toHaveLength(2);
  await undoFile(context, keep, 'a test');
});

it('include those of a group whose claim is over, and none that may still be listed', async () => {
  const context = await contextOf(site.rig);
  const { pool, lake } = context;
  const fileId = await site.load('chunk.csv', 2001, 3);
  const [chunkId] = (await site.rig.column(
    `select chunk_id from landfall.chunk where file_id = ${fileId}`,
  )) as number[];
  const claim = { chunkId, fencingToken: 7 };
  const folders = ['sales/shop=a', 'sales/shop=b'];
  const held = (token: number, worker: string | null) =>
    ask(`update landfall.chunk set state = 'planned', fencing_token = ${token},
      worker = ${worker === null ? 'null' : `'${worker}'`} where chunk_id = ${chunkId}`);
  const write = async () => {
    const noted = await noteShared(pool, 'sales', folders, claim);
    expect(noted.map(({ path }) => path.replace(/s\d+/, 's'))).toEqual(
      folders.map((one) => `${one}/s.parquet`),
    );
    for (const { path } of noted) await lake.put(path, 'PAR1');
    return noted;
  };
  const there = async (parts: readonly { path: string }[]) =>
    (await lake.stats(parts.map(({ path }) => path))).filter((part) => part !== null).length;

  await held(7, 'somebody');
  const noted = await write();
  await deleteAbandoned(context);
  expect(await there(noted)).toBe(2);
  // While its transaction lists one, nobody takes the worker for dead, even if the chunk is somebody else's now.
  await inTransaction(pool, async (client) => {
    expect(await listShared(client, [{ ...noted[0], rows: 1, bytes: 4 }])).toBe(true);
    await held(8, 'another');
    await deleteAbandoned(context);
    expect(await there(noted)).toBe(1);
  });
  await deleteAbandoned(context);
  expect(await there(noted)).toBe(1);
  await inTransaction(pool, async (client) => {
    const whole = noted.map((part) => ({ ...part, rows: 1, bytes: 4 }));
    expect(await listShared(client, whole)).toBe(false);
  });

  for (const release of [
    () => held(7, null),
    () => ask(`delete from landfall.chunk where chunk_id = ${chunkId}`),
  ]) {
    await held(7, 'somebody');
    const given = await write();
    await release();
    await deleteAbandoned(context);
    expect(await there(given)).toBe(0);
  }
});
