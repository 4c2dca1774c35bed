import { expect, it } from 'vitest';
import { text } from '../../../model/index.ts';
import { compileLoose } from '../support.ts';

const compiled = (order: unknown) =>
  compileLoose({
    ...{ name: 'plain', columns: { region: text() }, star: { fact: 'fact_plain' } },
    queries: { q: { description: '', sql: 'select 1 as a, 2 as b', order } },
  });

it('a query has the order that it declares', () => {
  expect(compiled(['a desc', ' b ', 'Total Sum ASC']).queries[0].order).toEqual([
    { column: 'a', descending: true },
    { column: 'b', descending: false },
    { column: 'Total Sum', descending: false },
  ]);
  expect(compiled(undefined).queries[0].order).toBeUndefined();
});

it.each([
  [[], '[] names no columns. Name those that no two rows share'],
  ['a', '"a" names no columns'],
  [['a, b'], 'queries.q.order[0]: "a, b" is not a column. Say one column'],
  [['a', 'b desc nulls first'], 'queries.q.order[1]: "b desc nulls first" is not a column'],
  [[''], 'queries.q.order[0]: "" is not a column'],
  [['a', 'a desc'], 'queries.q.order: a is named twice'],
])('an order that means nothing is a mistake: %j', (order, said) => {
  expect(() => compiled(order)).toThrow(said);
});
