/** Small files that are loaded as a group share parts: fewer objects, and every promise about single files holds. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { undoFile } from '../../../../coordinator/commands/undo.ts';
import { CompactedSite } from '../../../coordinator/commands/compact/support.ts';
import { contextOf } from '../../../coordinator/support.ts';

const files = 24;
let site: CompactedSite;
beforeAll(async () => {
  // They have landed when the coordinator starts, so that it finds them together.
  site = await CompactedSite.open({}, async (rig) => {
    for (let i = 0; i < files; i++) await rig.drop(`sales/${i}.csv`, csv(1000 * i, 10, i === 5 ? 2 : 0));
  });
  await site.rig.receipts(files);
  await site.settle(files);
}, 60_000);
afterAll(() => site.rig.close());

/** Sales in three shops. The last `flawed` have an amount that is not a number. */
function csv(from: number, rows: number, flawed = 0): string {
  const line = (i: number) => `${from + i},shop ${i % 3},${i < rows - flawed ? i : 'many'},ok`;
  return `id,shop,amount,note\n${Array.from({ length: rows }, (_, i) => `${line(i)}\n`).join('')}`;
}

const one = async (sql: string) => (await site.rig.column(sql))[0];
const objects = async () => {
  const stored = await site.rig.files('lake/sales');
  return stored.filter((path) => path.endsWith('.parquet')).length;
};
const fileNamed = async (name: string) =>
  Number(await one(`select file_id from landfall.file where name = '${name}' order by 1 desc limit 1`));

it('have a part in each partition, not one for each file', async () => {
  const rows = await site.expectRows();
  expect(rows).toHaveLength(files * 10 - 2);
  await site.expectSound();
  expect(await site.leftovers()).toEqual([]);
  // One or two may have come first, alone.
  const transactions = Number(await one('select count(distinct committed_at)::int from landfall.chunk'));
  expect(transactions).toBeLessThan(5);
  expect(await objects()).toBe(3 * transactions);
  expect(await one('select count(*)::int from landfall.part')).toBe(3 * files);
});

it('are undone, replayed, replaced and corrected one by one', async () => {
  const before = await site.expectRows();
  const context = await contextOf(site.rig);
  const third = await fileNamed('3.csv');
  await undoFile(context, third, 'a test');
  expect(await site.expectRows()).toEqual(before.filter((row) => !/\|300\d\|/.test(row)));
  await site.expectSound();

  const again = await site.rig.coordinator.actions.replay(await fileNamed('4.csv'), { whole: true });
  await site.settle(again!);
  await site.rig.drop('sales/3.csv', csv(3000, 10));
  await site.rig.drop('sales/6.csv', csv(6000, 4));
  await site.rig.receipts(files + 3);
  await site.settle(files + 3);
  const ids = (rows: readonly string[]) => rows.map((row) => Number(row.split('|')[1])).sort((a, b) => a - b);
  expect(ids(await site.expectRows())).toEqual(
    ids(before).filter((id) => Math.floor(id / 1000) !== 6 || id < 6004),
  );
  await site.expectSound();

  const replayed = await site.rig.coordinator.actions.replay(await fileNamed('5.csv'), { whole: false });
  await site.settle(replayed!);
  await site.expectSound();
  expect(await site.leftovers()).toEqual([]);
});

it('become one part with others, and leave what was undone behind', async () => {
  const before = await site.expectRows();
  const asked = await site.askedRows();
  const compacted = await site.compact();
  expect(compacted).toMatchObject({ parts: { after: 3 }, skipped: [] });
  expect(await site.expectRows()).toEqual(before);
  expect(await site.askedRows()).toEqual(asked);
  await site.expectSound();
  expect(await objects()).toBe(3);
  expect(await site.leftovers()).toEqual([]);
});
