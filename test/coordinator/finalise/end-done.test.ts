/** The end of a file is few statements, whatever it brings. They are counted, so that they do not grow unseen. */
import pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { count, defineDataset, integer, max, min, rollup } from '../../../model/index.ts';
import { openRig, type Rig } from '../support.ts';

const measures = { rows: count(), least: min('id'), most: max('id') };
const ofPart = (most: number) =>
  Object.fromEntries(
    Array.from({ length: most }, (_, i) => [`of_part_${i}_of_${most}`, rollup({ by: ['part'], measures })]),
  );
const dataset = (name: string, rollups: number) =>
  defineDataset({
    name,
    columns: { id: integer({ required: true }), part: integer({ required: true }) },
    star: { fact: `fact_${name}`, columns: ['id', 'part'] },
    marts: ofPart(rollups),
  });

let rig: Rig;
beforeEach(async () => {
  rig = await openRig({ definitions: [dataset('none', 0), dataset('one', 1), dataset('five', 5)] });
  await rig.start();
  await rig.startWorker();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rig.close();
});

/** The statements of each transaction that noted a snapshot, its begin and its end included. */
function endings(): string[][] {
  const open = new Map<unknown, string[]>();
  const ended: string[][] = [];
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: unknown, ...args: unknown[]) {
    const [first] = args;
    const text = typeof first === 'string' ? first : ((first as { text?: string }).text ?? 'copy');
    if (/^begin/i.test(text)) open.set(this, []);
    open.get(this)?.push(text);
    if (/^(commit|rollback)/i.test(text)) {
      const all = open.get(this) ?? [];
      if (all.some((one) => one.includes('insert into landfall.snapshot'))) ended.push(all);
      open.delete(this);
    }
    return query.apply(this, args);
  } as never);
  return ended;
}

it('ends a file with one statement for each rollup, after few rows and after many', async () => {
  const ended = endings();
  let files = 0;
  const end = async (name: string, rows: number) => {
    const lines = Array.from({ length: rows }, (_, i) => `${files * 10_000 + i},${i % 7}`);
    await rig.drop(`${name}/${++files}.csv`, `id,part\n${lines.join('\n')}\n`);
    await rig.receipts(files);
    expect(ended).toHaveLength(files);
    return ended[files - 1];
  };
  const statements = new Map<string, number>();
  for (const name of ['none', 'one', 'five']) {
    const few = await end(name, 5);
    statements.set(name, few.length);
    expect(
      few.filter((one) => /temporary table/.test(one)),
      name,
    ).toEqual([]);
    // From a thousand rows on, it is settled how the rollups are kept. From then on nobody asks.
    await end(name, 2_000);
    const later = await end(name, 5);
    statements.set(`${name}, settled`, later.length);
  }
  expect(Object.fromEntries(statements)).toEqual({
    ...{ none: 7, 'none, settled': 7 },
    ...{ one: 12, 'one, settled': 11 },
    ...{ five: 16, 'five, settled': 15 },
  });
});
