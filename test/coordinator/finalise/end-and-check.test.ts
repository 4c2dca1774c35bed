import { afterEach, beforeEach, expect, it } from 'vitest';
import { undoFile } from '../../../coordinator/commands/undo.ts';
import { countDistinct, defineDataset, integer, rollup } from '../../../model/index.ts';
import { contextOf, openRig, type Rig } from '../support.ts';

const counted = (name: string, versions: 'add' | 'replace') =>
  defineDataset({
    name,
    versions,
    columns: { id: integer({ required: true }) },
    star: { fact: `fact_${name}`, columns: ['id'] },
  });

const distinct = defineDataset({
  name: 'distinct',
  columns: { id: integer({ required: true }), part: integer({ required: true }) },
  star: { fact: 'fact_distinct', columns: ['id', 'part'] },
  marts: { ids_of_part: rollup({ by: ['part'], measures: { ids: countDistinct('id') } }) },
});

let rig: Rig;
beforeEach(async () => {
  rig = await openRig({ definitions: [counted('added', 'add'), counted('replaced', 'replace'), distinct] });
  await rig.start();
  await rig.startWorker();
});
afterEach(() => rig.close());

const rowsFrom = (from: number, count: number) =>
  `id\n${Array.from({ length: count }, (_, i) => from + i).join('\n')}\n`;

/** What each snapshot notes, in the order of their numbers. */
async function snapshots(): Promise<string[][]> {
  const noted = `select array_agg(kind || ' ' || file_id order by file_id) from landfall.snapshot group by snapshot_id order by snapshot_id`;
  return (await rig.column(noted)) as string[][];
}

it('notes a snapshot for each end and undo, of small files and of large ones', async () => {
  await rig.drop('added/small.csv', rowsFrom(1, 9));
  await rig.receipts(1);
  await rig.drop('added/large.csv', rowsFrom(1, 20_000));
  await rig.receipts(2);
  await undoFile(await contextOf(rig), 1, 'a test');
  await undoFile(await contextOf(rig), 1, 'a test');
  expect(await snapshots()).toEqual([['end 1'], ['end 2'], ['undo 1']]);
});

it('notes in one snapshot that a version is done and that the one before is undone', async () => {
  await rig.drop('replaced/x.csv', rowsFrom(1, 9));
  await rig.receipts(1);
  await rig.drop('replaced/x.csv', rowsFrom(2, 9));
  await rig.receipts(2);
  expect(await snapshots()).toEqual([['end 1'], ['undo 1', 'end 2']]);
});

it('says what has turned out about rollups in the receipt of the file that showed it', async () => {
  const rows = (from: number) =>
    `id,part\n${Array.from({ length: 900 }, (_, i) => `${from + i},${i % 3}`).join('\n')}\n`;
  await rig.drop('distinct/first.csv', rows(0));
  await rig.receipts(1);
  await rig.drop('distinct/second.csv', rows(900));
  await rig.receipts(2);
  await rig.drop('distinct/third.csv', rows(1800));
  await rig.receipts(3);
  const said = await rig.column(`select receipt -> 'rollups' from landfall.file order by file_id`);
  expect(said).toEqual([
    null,
    [
      'ids_of_part computes what follows from id again for each group that a file touches: 1800 of 1800 values are different',
    ],
    null,
  ]);
});
