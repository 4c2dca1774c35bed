import { expect, it } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import * as language from '../../../../model/index.ts';
import type { Definition } from '../../../../model/language/define.ts';
import { typeNames, typeOf } from '../../../../model/types/column-types.ts';

/** The language as plain JavaScript sees it: nothing checks what is written. */
// biome-ignore lint/suspicious/noExplicitAny: a definition with mistakes has no type
const js = language as Record<string, any>;

const good = () => ({
  name: 'orders',
  columns: { id: js.integer(), at: js.timestamp(), customer: js.text(), amount: js.numeric(12, 2) },
  star: { fact: 'fact_order' },
});

function mistakesOf(source: object): string {
  try {
    compileDataset(js.defineDataset({ ...good(), ...source }) as Definition);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

it('takes a definition without mistakes', () => {
  expect(mistakesOf({})).toBe('');
});

const star = (members: object) => ({ star: { fact: 'fact_order', ...members } });
const mart = (one: object) => ({ marts: { daily: one } });
const rollupBy = (expression: object) => mart(js.rollup({ by: [expression], measures: { n: js.count() } }));
const daily = { by: [js.dayOf('at')], measures: { n: js.count() } };
const select = 'select 1 where false';

const cases: [place: string, means: string, source: object][] = [
  ['csv', 'name', { csv: { delimiter: ';' } }],
  ['dialekt', 'dialect', { dialekt: { delimiter: ';' } }],
  ['dialect.delimitr', 'delimiter', { dialect: { delimitr: ';' } }],
  ['format.recrods', 'records', { format: js.jsonDocument({ recrods: '$[*]' }) }],
  ['format.exploed', 'explode', { format: js.ndjson({ exploed: '$.a[*]' }) }],
  ['lake.partitionby', 'partitionBy', { lake: { partitionby: ['id'] } }],
  ['star.dimension', 'dimensions', star({ dimension: {} })],
  ['star.indexes[0].column', 'columns', star({ indexes: [{ columns: ['id'], column: ['id'] }] })],
  [
    'star.dimensions.c.shraed',
    'shared',
    star({ dimensions: { c: js.lookup('dim_c', { name: 'customer' }, {}, { shraed: true }) } }),
  ],
  [
    'star.dimensions.c.kyes',
    'keys',
    star({ dimensions: { c: js.junk('dim_c', ['customer'], { kyes: 'hashed' }) } }),
  ],
  [
    'star.dimensions.d.share',
    'shared',
    star({ dimensions: { d: js.dateDimension('dim_d', 'at', { share: true }) } }),
  ],
  [
    'star.dimensions.t.grian',
    'grain',
    star({ dimensions: { t: js.timeDimension('dim_t', 'at', { grian: 'hour' }) } }),
  ],
  ['drift.renamd', 'renamed', { drift: { renamd: 'fail' } }],
  ['drift.unknown.kep', 'keep', { drift: { unknown: { keep: 'extra', kep: 'more' } } }],
  ['rejects.shre', 'share', { rejects: { shre: 0.5 } }],
  ['marts.daily.uniqueKeys', 'uniqueKey', mart(js.table(select, { uniqueKeys: ['a'] }))],
  ['marts.daily.were', 'where', mart(js.rollup({ ...daily, were: 'id' }))],
  ['marts.daily.by[0].az', 'as', rollupBy(js.dayOf('at', { az: 'd' }))],
  ['marts.daily.by[0].evry', 'degrees', rollupBy(js.hourOf('at', { evry: 6 }))],
  ['marts.daily.by[0].sizes', 'size', rollupBy(js.bucket('id', 10, { sizes: 10 }))],
  ['checks.none.severty', 'severity', { checks: { none: js.check(select, { severty: 'warn' }) } }],
  ['queries.all.params', 'sql', { queries: { all: { description: 'x', sql: 'select 1', params: {} } } }],
  [
    'queries.all.parameters.n.defalt',
    'default',
    {
      queries: {
        all: { description: 'x', sql: 'select :n', parameters: { n: { type: 'integer', defalt: 1 } } },
      },
    },
  ],
  ['expect.evry', 'every', { expect: { every: '1d', evry: '1h' } }],
  [
    'expect.named.patern',
    'pattern',
    { expect: { every: '1d', named: { pattern: 'a_{date}.csv', patern: 'b' } } },
  ],
  ['mode.keys', 'key', { mode: js.upsert({ key: ['id'], orderBy: 'at', keys: ['id'] }) }],
  ['sources.api.urls', 'url', { sources: { api: js.http({ url: 'http://x.test/a.csv', urls: [] }) } }],
  [
    'sources.api.schedule.widow',
    'window',
    { sources: { api: js.http({ url: 'http://x.test/a.csv', schedule: { every: '2m', widow: '5m' } }) } },
  ],
  [
    'enrich.total.nuls',
    'nulls',
    {
      enrich: (c: Record<string, unknown>) => ({
        total: js.compute('integer', [c.id], (id: number) => id, { nuls: 'call' }),
      }),
    },
  ],
  [
    'enrich.part.grup',
    'group',
    { enrich: (c: Record<string, unknown>) => ({ part: js.pattern(c.customer, /(a)/, { grup: 1 }) }) },
  ],
  [
    'enrich.word.other',
    'otherwise',
    {
      enrich: (c: Record<string, unknown>) => ({
        word: js.lookupTable(c.customer, { a: 'b' }, { other: 'c' }),
      }),
    },
  ],
  [
    'rules.one.scop',
    'scope',
    { rules: (c: Record<string, unknown>) => ({ one: js.unique([c.id], { scop: 'file' }) }) },
  ],
];

it.each(cases)('refuses %s', (place, means, source) => {
  const line = mistakesOf(source)
    .split('\n')
    .find((one) => one.startsWith(`  ${place}: `));
  expect(line).toMatch(/there is no such|has no such/);
  expect(line).toMatch(new RegExp(`(Did you mean |There are: .*)\\b${means}\\b`));
});

it.each(typeNames)('refuses an option of %s that means nothing, and takes those that it has', (type) => {
  const build = (options: object) => (type === 'numeric' ? js.numeric(5, 1, options) : js[type](options));
  const columns = (options: object) => ({ columns: { ...good().columns, x: build(options) } });
  expect(mistakesOf(columns({ requird: true }))).toContain(
    '  columns.x.options.requird: there is no such member. Did you mean required?',
  );
  for (const option of Object.keys(typeOf(build({}).logical).options))
    expect(mistakesOf(columns({ [option]: undefined }))).toBe('');
});

it('refuses options of another type', () => {
  const columns = { ...good().columns, day: js.date({ zone: 'Europe/Berlin' }) };
  expect(mistakesOf({ columns })).toContain('columns.day.options.zone: there is no such member');
});
