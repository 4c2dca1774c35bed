import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKernel } from '../../../kernel/kernel.ts';
import { RejectReason } from '../../../kernel/types.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import {
  bigint,
  compute,
  defineDataset,
  float8,
  integer,
  lookup,
  reject,
  text,
  unique,
  upsert,
} from '../../../model/index.ts';
import { describeError } from '../../../platform/errors/errors.ts';
import { retryOf } from '../../../platform/errors/retry.ts';
import type { FileLayout } from '../../../platform/layout.ts';
import { PlacesNeeded, RowFitter } from '../../../workers/pipeline/fit-rows.ts';
import { batchOf, valuesOf, vectorOf } from '../../model/support.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { openStage } from '../support.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

describe('a row that is too long for a sink', () => {
  /** As many bytes as characters, which PostgreSQL cannot compress. */
  const noise = (bytes: number) => randomBytes(bytes).toString('hex').slice(0, bytes);
  const visits = defineDataset({
    name: 'visits',
    columns: {
      id: bigint({ required: true }),
      place: text(),
      room: text(),
      wing: text(),
      note: text(),
      kind: text(),
    },
    enrich: (c) => ({ kind_key: compute('text', [c.kind], (kind) => kind.toLowerCase()) }),
    lake: { partitionBy: ['kind_key'] },
    star: {
      fact: 'fact_visit',
      dimensions: {
        place_key: lookup('dim_place', { name: 'place' }),
        room_key: lookup('dim_room', { room: 'room', wing: 'wing' }),
      },
      columns: ['id', 'note'],
      indexes: [{ columns: ['note'] }],
    },
  });
  const rows = [
    ['1', noise(2681), '', '', noise(2681), 'k'],
    ['2', noise(2700), '', '', '', 'k'],
    ['3', 'a', noise(1337), noise(1337), '', 'k'],
    ['4', 'a', noise(1337), noise(1380), '', 'k'],
    ['5', 'a', 'b', '', noise(2700), 'k'],
    ['6', 'a', 'b', '', 'c', 'Ю'.repeat(123)],
    ['7', 'a', 'b', '', 'c', 'Ю'.repeat(124)],
    ['8', 'a', 'b', '', 'c', 'k'],
    // PostgreSQL compresses it.
    ['9', 'x'.repeat(8000), 'b', '', 'c', 'k'],
  ];
  const past = [
    [3, 'place', 'place is too long for the key of dim_place: it has 2700 bytes, and 2681 are allowed.'],
    [5, 'wing', 'wing is too long for the key of dim_room: it has 2717 bytes, and 2674 are allowed.'],
    [
      6,
      'note',
      'note is too long for the index of fact_visit over note: it has 2700 bytes, and 2681 are allowed.',
    ],
    [
      8,
      'kind_key',
      'kind_key is too long for the name of its folder in the lake: it has 257 bytes, and 255 are allowed.',
    ],
  ];
  const csv = Buffer.from(
    `id,place,room,wing,note,kind\n${rows.map((row) => `${row.join(',')}\n`).join('')}`,
  );
  const inLedger = 'select line::int, column_name, message from landfall.reject order by line';

  it.each([2, 65_536])('is a reject, and the others are loaded, %s rows a batch', async (batchRows) => {
    const stage = await openStage(database, visits, csv);
    const kernel = await createKernel({ batchRows });
    expect(await stage.load(stage.jobs[0], { kernel })).toMatchObject({ loaded: 5, rejected: 4 });
    expect(await stage.column('select id::int from star.fact_visit order by 1')).toEqual([1, 3, 6, 8, 9]);
    const { rows: rejects } = await database.pool.query({ text: inLedger, rowMode: 'array' });
    expect(rejects).toEqual(past);
    expect(await stage.column('select distinct code from landfall.reject')).toEqual(['LF_REJECT_BYTES']);
    const parts = await stage.ledger.parts(stage.fileId);
    expect(parts.map(({ path }) => path.split('/').at(-2)).sort()).toEqual([
      'kind_key=k',
      `kind_key=${'ю'.repeat(123)}`,
    ]);
  });

  it('has no key of a unique rule', async () => {
    const rules = (c: never) => ({ one: unique([(c as { note: never }).note], { scope: 'file' }) });
    const once = defineDataset({ ...visits.source, rules } as never);
    const long = `1,${noise(3000)},r,w,same,k\n`;
    const text = `id,place,room,wing,note,kind\n${long}2,p,r,w,same,k\n3,p,r,w,same,k\n`;
    const stage = await openStage(database, once, Buffer.from(text));
    expect(await stage.load(stage.jobs[0])).toMatchObject({ loaded: 1, rejected: 2 });
    expect(await stage.column('select id::int from star.fact_visit')).toEqual([2]);
    expect(await stage.column('select code from landfall.reject order by line')).toEqual([
      'LF_REJECT_BYTES',
      'LF_REJECT_UNIQUE',
    ]);
  });
});

it('a row that is too wide for the star fails its file at once', async () => {
  const names = Array.from({ length: 1100 }, (_, i) => `c${i}`);
  const columns = Object.fromEntries(names.map((name) => [name, float8()]));
  const wide = defineDataset({ name: 'wide', columns, star: { fact: 'fact_wide' } });
  const row = (value: string) => names.map(() => value).join(',');
  const stage = await openStage(
    database,
    wide,
    Buffer.from(`${names.join(',')}\n${row('')}\n${row('1.5')}\n`),
  );
  const error = await stage.load(stage.jobs[0]).catch((error) => error);
  expect(retryOf(error)).toBe('never');
  expect(describeError(error)).toMatchObject({
    code: 'LF_DATABASE_LIMIT',
    message: expect.stringMatching(/row is too big: size 8\d\d\d, maximum size 8160 \(COPY fact_wide\)/),
  });
});

describe('rows that a function rejects', () => {
  const logical = { type: 'integer' } as const;
  const layout = {} as FileLayout;
  const hours = integer();
  const star = { fact: 'f' };

  it('are rejects with their place, the column and the reason, in the order of the records', async () => {
    const long = randomBytes(4000).toString('hex');
    const dataset = compileDataset(
      defineDataset({
        name: 'x',
        columns: { hours },
        enrich: (c) => {
          const days = compute('float8', [c.hours], (hours) =>
            hours > 24 ? reject(`${hours} hours`) : hours / 24,
          );
          return {
            days,
            twice: compute('smallint', [c.hours], (hours) => hours * 10_000),
            label: compute('text', [days], (days) => `${days}`, { nulls: 'call' }),
            note: compute('text', [c.hours], (hours) => (hours === 3 || hours === 30 ? long : 'x')),
          };
        },
        star: { fact: 'f', columns: ['hours', 'note'], indexes: [{ columns: ['note'] }] },
      }),
    );
    const given = vectorOf(logical, [1, 30, 2, 3, null, 24]);
    const fitter = await RowFitter.open(dataset, layout, database.pool, 1);
    const { converted, enriched } = await fitter.fit(batchOf([given], 6));
    expect(
      converted.rejects.map(({ record, reason, computed, because, raw }) => [
        record,
        reason,
        computed,
        because,
        raw,
      ]),
    ).toEqual([
      // The first column that rejects a row is named, though others would too.
      [1, RejectReason.compute, 'days', '30 hours', 'row 1'],
      [3, RejectReason.limit, undefined, undefined, 'row 3'],
      [
        5,
        RejectReason.compute,
        'twice',
        'the function gave 240000, which is not a value of type smallint',
        'row 5',
      ],
    ]);
    expect(valuesOf(converted.vectors[0], logical)).toEqual([1, 2, null]);
    expect([...converted.byteOffsets]).toEqual([0, 20, 40]);
    expect(enriched.rows).toBe(3);
    expect(valuesOf(enriched.vectors.get('label')!, { type: 'text' })).toEqual([
      '0.041666666666666664',
      '0.08333333333333333',
      'null',
    ]);
  });

  it('need places, which the chunk is read again for', async () => {
    let calls = 0;
    const dataset = compileDataset(
      defineDataset({
        name: 'x',
        columns: { hours },
        enrich: (c) => ({
          days: compute('text', [c.hours], (hours) => {
            calls += 1;
            return hours > 24 ? reject('long') : String(hours);
          }),
        }),
        star,
      }),
    );
    const fitter = await RowFitter.open(dataset, layout, database.pool, 1);
    const { place: _, line: __, ...placeless } = batchOf([vectorOf(logical, [1, 2, 3])], 3);
    expect((await fitter.fit(placeless)).converted).toBe(placeless);
    expect(calls).toBe(3);
    const again = fitter.fit({ ...placeless, vectors: [vectorOf(logical, [1, 25, 3])] });
    await expect(again).rejects.toThrow(PlacesNeeded);
  });

  it('a function that changes its mind fails the file, and does not reach the star', async () => {
    let calls = 0;
    const dataset = compileDataset(
      defineDataset({
        name: 'x',
        columns: { hours },
        enrich: (c) => ({
          fickle: compute('float8', [c.hours], () => (calls++ > 1 ? Number.NaN : calls > 1 ? 1 : Number.NaN)),
        }),
        star,
      }),
    );
    const fitter = await RowFitter.open(dataset, layout, database.pool, 1);
    const fitting = fitter.fit(batchOf([vectorOf(logical, [1, 2])], 2));
    await expect(fitting).rejects.toMatchObject({
      code: 'LF_ENRICHMENT',
      message: expect.stringContaining('depend on its arguments only'),
    });
  });
});

describe('rows that cannot be events', () => {
  const number = { type: 'integer' } as const;
  const layout = { fieldOfColumn: [0, 1, 2], fieldCount: 3 } as unknown as FileLayout;
  const dataset = (mode: { readonly nullKeys?: 'equal'; readonly key?: readonly 'half'[] }) =>
    compileDataset(
      defineDataset({
        name: 'x',
        columns: { a: integer(), b: integer(), at: integer() },
        enrich: (c) => ({
          half: compute('integer', [c.a], (a) => (a === 8 ? null : Math.floor(a / 2))),
          low: compute('integer', [c.b], (b) => (b < 0 ? reject('below 0') : b)),
        }),
        mode: upsert({ key: ['a', 'b'], orderBy: 'at', ...mode }),
        star: { fact: 'f' },
      }),
    );
  const batch = () =>
    batchOf(
      [
        vectorOf(number, [1, null, 3, null, 5, 8, 7, null]),
        vectorOf(number, [1, 2, 3, null, 5, 6, -7, -1]),
        vectorOf(number, [1, 2, null, null, 5, 6, 7, 8]),
      ],
      8,
    );
  const faultsOf = ({ rejects }: ReturnType<typeof batch>) =>
    rejects.map(({ record, reason, column, computed, others }) => [
      record,
      reason,
      computed ?? column,
      ...(others ?? []).map((other) => [other.reason, other.column]),
    ]);
  const { key, order, compute: computed } = RejectReason;

  it('are rejects with all columns that have no value; those that a function rejects are its own', async () => {
    const fitter = await RowFitter.open(dataset({}), layout, database.pool, 1);
    const { converted, enriched } = await fitter.fit(batch());
    expect(faultsOf(converted)).toEqual([
      [1, key, 0],
      [2, order, 2],
      [3, key, 0, [key, 1], [order, 2]],
      [6, computed, 'low'],
      [7, computed, 'low'],
    ]);
    expect(converted.parsed).toBe(8);
    expect(enriched.rows).toBe(3);
    expect(valuesOf(enriched.vectors.get('_row')!, number)).toEqual([0, 1, 2]);
    expect(enriched.vectors.get('_key')!.length).toBe(3);
    expect(valuesOf(enriched.vectors.get('_order')!, number)).toEqual([1, 5, 6]);
  });

  it('may have nulls in the key where these are equal, not in the order', async () => {
    const fitter = await RowFitter.open(dataset({ nullKeys: 'equal' }), layout, database.pool, 1);
    const { converted, enriched } = await fitter.fit(batch());
    expect(faultsOf(converted).slice(0, 2)).toEqual([
      [2, order, 2],
      [3, order, 2],
    ]);
    expect(enriched.rows).toBe(4);
  });

  it('are named by the enrichment that has no value', async () => {
    const fitter = await RowFitter.open(dataset({ key: ['half'] }), layout, database.pool, 1);
    const { converted } = await fitter.fit(batch());
    expect(faultsOf(converted).slice(0, 4)).toEqual([
      [1, key, 'half'],
      [2, order, 2],
      [3, key, 'half', [order, 2]],
      [5, key, 'half'],
    ]);
  });

  it('need places, which the chunk is read again for', async () => {
    const { place: _, line: __, ...placeless } = batch();
    const fitter = await RowFitter.open(dataset({}), layout, database.pool, 1);
    await expect(fitter.fit(placeless)).rejects.toThrow(PlacesNeeded);
  });

  it('leave a dataset that only appends as it is', async () => {
    const plain = compileDataset(
      defineDataset({
        name: 'x',
        columns: { a: integer(), b: integer(), at: integer() },
        star: { fact: 'f' },
      }),
    );
    const given = batch();
    const fitter = await RowFitter.open(plain, layout, database.pool, 1);
    const { converted, enriched } = await fitter.fit(given);
    expect(converted).toBe(given);
    expect([...enriched.vectors.keys()]).toEqual(['a', 'b', 'at']);
  });
});
