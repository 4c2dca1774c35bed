import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKernel } from '../../../kernel/kernel.ts';
import { bigint, compute, defineDataset, float8, lookup, text, unique } from '../../../model/index.ts';
import { describeError } from '../../../platform/errors/errors.ts';
import { retryOf } from '../../../platform/errors/retry.ts';
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
    ['2', noise(2682), '', '', '', 'k'],
    ['3', 'a', noise(1337), noise(1337), '', 'k'],
    ['4', 'a', noise(1337), noise(1338), '', 'k'],
    ['5', 'a', 'b', '', noise(2682), 'k'],
    ['6', 'a', 'b', '', 'c', 'Ю'.repeat(123)],
    ['7', 'a', 'b', '', 'c', 'Ю'.repeat(124)],
    ['8', 'a', 'b', '', 'c', 'k'],
    ['9', 'x'.repeat(8000), 'b', '', 'c', 'k'],
  ];
  const past = [
    [3, 'place', 'place is too long for the key of dim_place: 2682 bytes, of which 2681 are allowed.'],
    [5, 'wing', 'wing is too long for the key of dim_room: 2675 bytes, of which 2674 are allowed.'],
    [
      6,
      'note',
      'note is too long for the index of fact_visit over note: 2682 bytes, of which 2681 are allowed.',
    ],
    [
      8,
      'kind_key',
      'kind_key is too long for the name of its folder in the lake: 257 bytes, of which 255 are allowed.',
    ],
    [10, 'place', 'place is too long for the key of dim_place: 8000 bytes, of which 2681 are allowed.'],
  ];
  const csv = Buffer.from(
    `id,place,room,wing,note,kind\n${rows.map((row) => `${row.join(',')}\n`).join('')}`,
  );
  const inLedger = 'select line::int, column_name, message from landfall.reject order by line';

  it.each([2, 65_536])('is a reject, and the others are loaded, %s rows a batch', async (batchRows) => {
    const stage = await openStage(database, visits, csv);
    const kernel = await createKernel({ batchRows });
    expect(await stage.load(stage.jobs[0], { kernel })).toMatchObject({ loaded: 4, rejected: 5 });
    expect(await stage.column('select id::int from star.fact_visit order by 1')).toEqual([1, 3, 6, 8]);
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
    const rules = (c: never) => ({ one: unique([(c as { note: never }).note]) });
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
