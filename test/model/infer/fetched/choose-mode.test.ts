import { expect, it } from 'vitest';
import { isChangeName, keyedMode, rowMode } from '../../../../model/infer/fetched/choose-mode.ts';
import type { ModeColumn } from '../../../../model/infer/fetched/contract.ts';

const column = (name: string, more: Partial<ModeColumn> = {}): ModeColumn => ({
  ...{ name, header: name, type: 'integer', rows: 9, nulls: 0, distinct: 9 },
  ...more,
});
const changed = column('updated_at', { type: 'timestamp', distinct: 3 });

it.each([
  ['id', [column('id'), changed]],
  ['order_id', [column('order_id'), changed]],
  ['uuid', [column('order_id', { distinct: 8 }), column('uuid', { type: 'uuid' }), changed]],
])('upserts by %s', (key, columns) => {
  expect(keyedMode('orders', columns)).toMatchObject({
    mode: 'upsert',
    options: { key: [key], orderBy: 'updated_at' },
  });
});

it.each([
  ['a key that repeats', [column('id', { distinct: 8 }), changed]],
  ['a key with nulls', [column('id', { nulls: 1 }), changed]],
  ['one row', [column('id', { rows: 1, distinct: 1 }), changed]],
  ['a key of another thing', [column('customer_id'), changed]],
  ['a change that is not in every row', [column('id'), { ...changed, nulls: 1 }]],
  ['a change that is a text', [column('id'), { ...changed, type: 'text' as const }]],
  ['no change', [column('id')]],
])('does not upsert by %s: equal rows count once', (_, columns) => {
  expect(keyedMode('orders', columns)).toBeNull();
  expect(rowMode('orders', columns)).toMatchObject({ mode: 'append', options: { dedupe: 'row' } });
});

it('knows what a column is called that changes with its row', () => {
  const names = ['updated_at', 'updatedAt', 'last_modified', 'modified_on', 'changed', 'update_time'];
  expect(names.filter((name) => !isChangeName(name))).toEqual([]);
  expect(['created_at', 'update_count', 'exchanged'].filter(isChangeName)).toEqual([]);
});
