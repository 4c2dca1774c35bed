import { expect, it } from 'vitest';
import { compileDataset } from '../../../model/compile/compile.ts';
import { setUpBefore } from '../../../model/definitions/datasets-read.ts';
import { check, count, defineDataset, lookup, rollup, text, timestamp, view } from '../../../model/index.ts';

const dataset = (name: string, marts: Record<string, string> = {}, checks: Record<string, string> = {}) =>
  compileDataset(
    defineDataset({
      name,
      columns: { id: text(), at: timestamp() },
      star: {
        fact: `fact_${name}`,
        dimensions: {
          id_key: lookup(`dim_${name}`, { id: 'id' }, { at: 'at' }, { attributes: 'history', by: 'at' }),
        },
      },
      marts: {
        [`rolled_${name}`]: rollup({ by: ['id_key'], measures: { rows: count() } }),
        ...Object.fromEntries(Object.entries(marts).map(([mart, sql]) => [mart, view(sql)])),
      },
      checks: Object.fromEntries(Object.entries(checks).map(([one, sql]) => [one, check(sql)])),
    }),
  );

const before = (name: string, all: readonly ReturnType<typeof dataset>[]) =>
  setUpBefore(all.find((one) => one.name === name)!, all).map((one) => one.name);

it('are those whose facts, dimensions, versions and marts are named by marts and checks', () => {
  const all = [
    dataset('facts'),
    dataset('members'),
    dataset('versions'),
    dataset('marts', { shown: 'select 1' }),
    dataset('checked'),
    dataset('unread'),
    dataset(
      'reader',
      {
        one: 'select * from star.fact_facts join STAR . "dim_members" using (id_key)'.replace('STAR', 'star'),
        two: 'select * from star.dim_versions_history, star.shown, star.fact_reader, other.fact_unread',
      },
      { whole: 'select 1 from star.rolled_checked' },
    ),
  ];
  expect(before('reader', all).sort()).toEqual(['checked', 'facts', 'marts', 'members', 'versions']);
  expect(before('facts', all)).toEqual([]);
});

it('where datasets read each other, no two wait for each other', () => {
  const reads = (name: string, other: string) =>
    dataset(name, { [`view_${name}`]: `select 1 from star.fact_${other}` });
  const all = [reads('a', 'c'), reads('b', 'a'), reads('c', 'b'), reads('d', 'c')];
  expect(before('a', all)).toEqual([]);
  expect(before('b', all)).toEqual(['a']);
  expect(before('c', all)).toEqual(['b']);
  expect(before('d', all)).toEqual(['c']);
});
