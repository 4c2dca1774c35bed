/** Joins with a reference table, compared with a Map that is asked row by row. */
import { expect, it } from 'vitest';
import type { Vector } from '../../../kernel/columns/vectors.ts';
import { join } from '../../../model/enrich/join.ts';
import { freshLanes } from '../../../model/enrich/lanes.ts';
import {
  bigint,
  boolean,
  date,
  float8,
  integer,
  numeric,
  reference,
  smallint,
  text,
  timestamp,
  uuid,
} from '../../../model/index.ts';
import { type LogicalType, typeOf } from '../../../model/types/column-types.ts';
import { randomFrom } from '../../support/random.ts';
import { compiledOf, tableOf } from '../references/support.ts';
import { codesOf, compileLoose, valuesOf, vectorOf } from '../support.ts';

const columns = {
  code: text({ required: true }),
  id: bigint({ required: true }),
  name: text({ nulls: ['-'] }),
  size: smallint(),
  people: integer(),
  rate: numeric(12, 4),
  big: numeric(30, 2),
  area: float8(),
  open: boolean(),
  since: date(),
  changed: timestamp({ zone: 'Asia/Tokyo' }),
  token: uuid(),
};
const csv = new URL('file:///states.csv');
const byCode = reference({ name: 'states', csv, key: 'code', columns });
const byId = reference({ name: 'states', csv, key: 'id', columns });

const random = randomFrom(20_261_129);
const maybe = (value: string) => (random.below(4) === 0 ? '' : value);
/** More rows than a batch of the kernel has. */
const lines = Array.from({ length: 33_000 }, (_, i) => [
  ...[`s${i}`, String((i - 16_000) * 400_000_000_000), i % 5 === 0 ? '-' : `name ${i % 300} ж`],
  ...[maybe(String(i % 99)), maybe(String(i * 7)), maybe(`${i}.0625`), maybe(`${i}000000000000000000000.5`)],
  ...[maybe(`${i}.25`), maybe(i % 2 ? 'true' : 'false'), maybe(`20${10 + (i % 80)}-02-03`)],
  ...[maybe(`2026-01-0${1 + (i % 9)} 04:05:06`)],
  maybe(`00000000-0000-4000-8000-${String(i).padStart(12, '0')}`),
]);
const names = Object.keys(columns) as (keyof typeof columns)[];
const content = `${names.join(',')}\n${lines.map((line) => line.join(',')).join('\n')}\n`;

const key = { type: 'text', column: 'key', logical: { type: 'text' } } as const;
const tables = {
  code: tableOf(
    compiledOf(() => join(byCode, key, 'name')),
    content,
  ),
  id: tableOf(
    compiledOf((c: { key: never }) => join(byId, c.key, 'name'), bigint()),
    content,
  ),
};

/** The texts of what the column is joined to, and the rows that are rejected. */
async function joined(
  by: 'code' | 'id',
  column: (typeof names)[number],
  keys: Vector,
  options: { otherwise?: never; missing?: 'reject' } = {},
) {
  const enrichment = join(by === 'code' ? byCode : byId, key, column, options);
  const refused = new Map<number, string>();
  const run = enrichment.joins!.bind(await tables[by]);
  const add = (row: number, reason: string) => void refused.set(row, reason);
  const vector = run([keys], keys.length, freshLanes, { add });
  const logical = columns[column].logical as LogicalType;
  const nulls = valuesOf(vector, logical).map((value) => value === null);
  expect(vector.nullCount).toBe(nulls.filter(Boolean).length);
  const texts = nulls.map((isNull, i) => (isNull ? null : typeOf(logical).text(vector, logical, i)));
  return { texts, refused, values: valuesOf(vector, logical) };
}

/** Known keys, unknown ones and nulls. More of them than the table has rows. */
const asked = Array.from({ length: 45_000 }, () => random.below(lines.length + 500));
const askedCodes = asked.map((i) => (i % 11 === 0 ? null : `s${i}`));

/** Compares many values at a time, each of which `toEqual` would look into. */
function same(values: readonly unknown[], expected: readonly unknown[]): void {
  expect(values.map(String).join('\n')).toBe(expected.map(String).join('\n'));
}

it.each(names)('gives each row the value of its key, of the column %s', async (column) => {
  const c = names.indexOf(column);
  const logical = columns[column].logical as LogicalType;
  const byKey = new Map(lines.map((line) => [line[0], line[c]]));
  const own = await joined('code', column, codesOf(lines.map(([code]) => code)));
  // As the table was written, apart from how values are spelled.
  same(
    own.texts.map((value) => value === null),
    lines.map((line) => ['', '-'].includes(line[c])),
  );
  const { texts } = await joined('code', column, codesOf(askedCodes));
  const ownOf = new Map(lines.map(([code], i) => [code, own.texts[i]]));
  same(
    texts,
    askedCodes.map((code) => (code === null ? null : (ownOf.get(code) ?? null))),
  );
  same((await joined('code', column, vectorOf({ type: 'text' }, askedCodes))).texts, texts);
  if (['text', 'bigint', 'smallint', 'integer'].includes(logical.type))
    same(
      texts,
      askedCodes.map((code) => {
        const said = code === null ? undefined : byKey.get(code);
        return said === undefined || said === '' || said === '-' ? null : said;
      }),
    );
});

it('finds whole numbers of every size, and none that differ by one', async () => {
  const ids = [
    ...lines.map(([, id]) => BigInt(id)),
    2n ** 53n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    1n,
    -400_000_000_001n,
  ];
  const { texts } = await joined('id', 'code', vectorOf({ type: 'bigint' }, ids));
  expect(texts).toEqual([...lines.map(([code]) => code), null, null, null, null, null]);
  const small = await joined('id', 'code', vectorOf({ type: 'integer' }, [0, 1, null]));
  expect(small.texts).toEqual(['s16000', null, null]);
});

it.each([
  ['name', 'unknown', 'unknown'],
  ['size', -1, -1],
  ['rate', 0.5, 0.5],
  ['open', false, false],
  ['id', 5n, 5n],
  ['since', 0, 0],
] as const)(
  'gives unknown keys what is said otherwise, and null keys null: %s',
  async (column, otherwise, value) => {
    const keys = codesOf(['nowhere', null, 's1']);
    const { values } = await joined('code', column, keys, { otherwise: otherwise as never });
    expect(values.slice(0, 2)).toEqual([value, null]);
    expect(values[2]).toEqual((await joined('code', column, keys)).values[2]);
  },
);

it('rejects rows of unknown keys where the definition says so', async () => {
  const { refused } = await joined('code', 'name', codesOf(['nowhere', null, 's1']), { missing: 'reject' });
  expect([...refused]).toEqual([[0, 'states has no code "nowhere"']]);
});

it('joins with a table of no rows', async () => {
  const empty = await tableOf(
    compiledOf(() => join(byCode, key, 'name')),
    `${names.join(',')}\n`,
  );
  const { joins } = join(byCode, key, 'rate', { otherwise: 2 });
  const vector = joins!.bind(empty)([codesOf(['a', null])], 2, freshLanes, { add() {} });
  expect(valuesOf(vector, columns.rate.logical)).toEqual([2, null]);
});

it('names mistakes', () => {
  const compile = (joins: () => unknown, types: object = { key: text() }) =>
    compileLoose({ name: 'd', columns: types, enrich: joins, star: 'none' });
  const loose = (options: object) => join(reference(options as never), key, 'name');
  expect(() => compile(() => ({ a: join(byCode, key, 'nam' as never) }))).toThrow(
    /enrich: states has no column nam \(columns: code, id, name, .*\)\. Check/,
  );
  expect(() => compile(() => ({ a: join(byCode, key, 'size', { otherwise: 1.5 }) }))).toThrow(
    /1\.5 is not a value of states\.size \(smallint\)/,
  );
  expect(() => compile(() => ({ a: join(byId, key, 'name') }))).toThrow(
    /enrich\.a: states is joined by smallint, integer or bigint, not text/,
  );
  expect(() => compile(() => ({ a: loose({ name: 's', key: 'area', columns }) }))).toThrow(
    /reference s: it needs either `csv` or `query`[\s\S]*reference s\.key: "area" is not a column/,
  );
  expect(() =>
    compile(() => ({ a: loose({ name: 's', key: 'code', columns, query: 'select 1', url: 'x' }) })),
  ).toThrow(/reference s\.url: "x" is not the address of a database/);
  expect(() => compile(() => ({ a: loose({ name: 's', key: 'code', columns, kye: 'code', csv }) }))).toThrow(
    /reference s\.kye: there is no such member\. Did you mean key\?/,
  );
  expect(() => compile(() => ({ a: join(byCode, key, 'name'), b: join(byId, key, 'id') }))).toThrow(
    /reference states: there are two of that name/,
  );
});

it('is another definition with another value of unknown keys, however long that is', () => {
  const long = 'x'.repeat(100);
  const [one, other] = ['a', 'b'].map(
    (end) =>
      compileLoose({
        ...{ name: 'd', columns: { key: text() }, star: 'none' },
        enrich: () => ({ a: join(byCode, key, 'name', { otherwise: `${long}${end}` }) }),
      }).version,
  );
  expect(one).not.toBe(other);
});
