import { expect, it } from 'vitest';
import { bars, count, integer, lines, rollup, table, text, view } from '../../../model/index.ts';
import { compileLoose } from '../support.ts';

const source = (parts: object) => ({
  ...{ name: 'plain', columns: { region: text(), people: integer() } },
  star: { fact: 'fact_plain', columns: ['region', 'people'] },
  ...parts,
});
const select = 'select 1 as week, 2 as trips';
const counted = (chart: object) => ({
  of_region: { ...rollup({ by: ['region'], measures: { rows: count() } }), chart },
});

/** The mistakes of a definition, without its head. */
function mistakesOf(parts: object): string {
  try {
    compileLoose(source(parts));
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

it('marts and queries have the chart that they declare, and a chart changes neither version nor mart', () => {
  const chart = lines({ x: 'week', y: ['trips', 'rides'] });
  const declared = compileLoose(
    source({
      marts: {
        ...counted(bars({ x: 'region', y: 'rows' })),
        week: view(select, { chart: lines({ x: 'week', y: 'trips', series: 'region' }) }),
        stored: table(select, { chart }),
        plain: view(select),
      },
      queries: { weeks: { description: '', sql: select, chart }, none: { description: '', sql: select } },
    }),
  );
  expect(declared.charts).toEqual({
    of_region: { kind: 'bars', x: 'region', y: ['rows'], series: null },
    week: { kind: 'lines', x: 'week', y: ['trips'], series: 'region' },
    stored: { kind: 'lines', x: 'week', y: ['trips', 'rides'], series: null },
  });
  expect(declared.queries.map((query) => query.chart)).toEqual([
    { kind: 'lines', x: 'week', y: ['trips', 'rides'], series: null },
    undefined,
  ]);
  const without = compileLoose(
    source({
      marts: {
        of_region: rollup({ by: ['region'], measures: { rows: count() } }),
        ...{ week: view(select), stored: table(select), plain: view(select) },
      },
    }),
  );
  expect(without.marts).toEqual(declared.marts);
  expect(without.version).toBe(declared.version);
});

it.each<[string, object, string]>([
  ['kind', { kind: 'pie', x: 'a', y: 'b' }, 'queries.q.chart: there is no chart "pie". Use lines('],
  ['x', { kind: 'lines', y: 'b' }, 'queries.q.chart.x: undefined is not a column. Name the column along'],
  ['y', { kind: 'bars', x: 'a', y: [] }, 'queries.q.chart.y: [] names no columns. Name a column of numbers'],
  ['series', lines({ x: 'a', y: 'b', series: '' }), 'queries.q.chart.series: "" is not a column'],
  ['twice', lines({ x: 'a', y: ['b', 'a'] }), 'queries.q.chart: it uses a twice'],
  [
    'both',
    lines({ x: 'a', y: ['b', 'c'], series: 'd' }),
    'queries.q.chart: it has a series and several columns y',
  ],
  ['bars', bars({ x: 'a', y: ['b', 'c'] }), 'queries.q.chart.y: a bar has one length'],
  [
    'many',
    lines({ x: 'a', y: ['b', 'c', 'd', 'e', 'f'] }),
    'queries.q.chart.y: 5 lines cannot be told apart',
  ],
  [
    'member',
    { ...bars({ x: 'a', y: 'b' }), serie: 'c' },
    'queries.q.chart.serie: there is no such member. Did you mean series?',
  ],
])('a mistake is named: %s', (_what, chart, said) => {
  expect(mistakesOf({ queries: { q: { description: '', sql: select, chart } } })).toContain(said);
});

it('of a rollup, whose columns are known, a column that is not there is a mistake', () => {
  expect(mistakesOf({ marts: counted(bars({ x: 'regio', y: 'row', series: 'people' })) })).toMatch(
    /marts\.of_region\.chart\.x: there is no column regio\. Did you mean region\?\n.*chart\.y: there is no column row\. Did you mean rows\?\n.*chart\.series: there is no column people/,
  );
});
