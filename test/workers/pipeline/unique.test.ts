/** Unique rules, chunk by chunk in any order and at once, against one row after another. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chunkRepeats, keyTable, unkeyedChunks } from '../../../ledger/tables/unique/unique.ts';
import { defineDataset, integer, rule, text, unique } from '../../../model/index.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { repeats } from '../../oracle/unique.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { lineBorders, openStage, type Stage } from '../support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
const forgetAll = `drop schema star cascade;
  truncate landfall.file, landfall.definition, landfall.unique_key, landfall.unique_rule, landfall.unique_run cascade`;
afterEach(() => database.pool.query(forgetAll));

const columns = { n: integer({ required: true }), a: text(), b: text(), c: integer(), pad: text() };

function definition(rules: readonly ('a' | 'b' | 'bc')[]) {
  const scope = 'file';
  return defineDataset({
    name: 'keyed',
    columns,
    rules: (c) => ({
      not_13: rule([c.n], (n) => n % 13 !== 12),
      ...(rules.includes('a') && { a_once: unique([c.a], { scope }) }),
      ...(rules.includes('b') && { b_once: unique([c.b], { scope }) }),
      ...(rules.includes('bc') && { pair_once: unique([c.b, c.c], { scope }) }),
    }),
    star: { fact: 'fact_keyed' },
    rejects: { share: 1 },
  });
}

interface Row {
  readonly a: string | null;
  readonly b: string | null;
  readonly c: number | null;
}

const key = {
  a: ({ a }: Row) => a,
  b: ({ b }: Row) => b,
  bc: ({ b, c }: Row) => (b === null || c === null ? null : `${b}|${c}`),
};
const ruleName = { a: 'a_once', b: 'b_once', bc: 'pair_once' };

/** `bytes`: of the file, at least. Keys of one of 256 KiB and more have a table of their own. */
function csvOf(rows: readonly Row[], bytes = 0): Buffer {
  const pad = 'p'.repeat(Math.ceil(bytes / rows.length));
  const lines = rows.map(({ a, b, c }, n) => [n, a ?? '', b ?? '', c ?? '', pad].join(','));
  return Buffer.from(`n,a,b,c,pad\n${lines.map((line) => `${line}\n`).join('')}`);
}

const large = 256 * 1024;

/** Row number → rule and row number of the first, for rows that repeat; rows that another rule rejects are not asked. */
function expected(rows: readonly Row[], rules: readonly ('a' | 'b' | 'bc')[]) {
  const asked = rows.flatMap((row, n) =>
    n % 13 === 12 ? [] : [{ n, keys: rules.map((name) => key[name](row)) }],
  );
  const found = repeats(asked);
  const loaded = asked.filter((_, i) => found[i] === null).map(({ n }) => n);
  const rejected = asked.flatMap(({ n }, i) => {
    const repeat = found[i];
    return repeat === null ? [] : [{ n, rule: ruleName[rules[repeat.rule]], first: asked[repeat.first].n }];
  });
  return { loaded, rejected };
}

/** What the star has and the ledger says of the stage's file. */
async function outcome(stage: Stage) {
  const rejects = await stage.ledger.rejects(stage.fileId, { limit: 10_000 });
  const unique = rejects.filter(({ code }) => code === 'LF_REJECT_UNIQUE');
  return {
    loaded: await stage.column('select n from star.fact_keyed order by n'),
    rejected: unique.map(({ line, message }) => {
      const [, first, name] = /is already in line (\d+) \(rule (\w+)\)/.exec(message)!;
      return { n: line - 2, rule: name, first: Number(first) - 2 };
    }),
  };
}

const few = fc.option(fc.constantFrom('x', 'y', 'z', 'Ä', ' x', 'xx'), { freq: 6 });
const table = fc.array(
  fc.record({ a: few, b: few, c: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 6 }) }),
  {
    minLength: 1,
    maxLength: 60,
  },
);

describe('rows that repeat a key', () => {
  it('are those that one row after another finds, however chunks are cut, ordered and loaded at once', async () => {
    const choice = fc.subarray(['a', 'b', 'bc'] as const, { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(
        table,
        choice,
        fc.constantFrom(0, large),
        fc.integer({ min: 8, max: 200 }),
        fc.infiniteStream(fc.nat()),
        async (rows, rules, bytes, size, dice) => {
          const csv = csvOf(rows, bytes);
          const stage = await openStage(
            database,
            definition(rules),
            csv,
            lineBorders(csv, bytes === 0 ? size : size * 1_000),
          );
          const order = [...stage.jobs].sort(() => (dice.next().value! % 2) - 0.5);
          for (let at = 0; at < order.length; ) {
            const together = order.slice(at, at + 1 + (dice.next().value! % 3));
            await Promise.all(together.map((job) => stage.load(job)));
            at += together.length;
          }
          expect(await outcome(stage)).toEqual(expected(rows, rules));
          const [{ left }] = (
            await database.pool.query('select count(*)::int as left from landfall.unique_repeat')
          ).rows;
          expect(left).toBe(0);
          await database.pool.query(forgetAll);
          await database.pool.query('create schema star');
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);

  it('are told with value, rule and place, a composite key as a whole', async () => {
    const csv = Buffer.from('n,a,b,c,pad\n0,p,"q ""1""",1,\n1,p,r,2,\n2,s,"q ""1""",1,\n');
    const stage = await openStage(database, definition(['a', 'bc']), csv);
    expect(await stage.load(stage.jobs[0])).toMatchObject({ parsed: 3, loaded: 1, rejected: 2 });
    const rejects = await stage.ledger.rejects(stage.fileId);
    expect(rejects).toMatchObject([
      {
        line: 3,
        byteOffset: csv.indexOf('1,p,r'),
        column: 'a',
        code: 'LF_REJECT_UNIQUE',
        raw: '1,p,r,2,',
        message: 'a "p" is already in line 2 (rule a_once).',
      },
      { line: 4, column: null, message: 'b "q \\"1\\"", c "1" is already in line 2 (rule pair_once).' },
    ]);
  });

  it('hold whatever a killed or frozen worker left: its keys are noted again, once', async () => {
    const rows = Array.from({ length: 40 }, (_, n) => ({ a: `k${n % 17}`, b: null, c: null }));
    const csv = csvOf(rows);
    const stage = await openStage(database, definition(['a']), csv, lineBorders(csv, 60));
    const [first] = await unkeyedChunks(database.pool, stage.fileId);
    // One died in the middle of it; another, frozen, holds its lock.
    const died = inTransaction(database.pool, async (client) => {
      await client.query(
        `insert into landfall.unique_key values (1, gen_random_uuid(), ${stage.fileId}, ${first.chunkId}, 9, 2)`,
      );
      throw new Error('killed');
    });
    await expect(died).rejects.toThrow('killed');
    const frozen = await database.pool.connect();
    await frozen.query('begin');
    await frozen.query('select pg_advisory_xact_lock($1, $2)', [0x1a4df413, first.chunkId]);
    const loads = stage.jobs.map((job) => stage.load(job));
    await Promise.all(loads);
    await frozen.query('rollback');
    frozen.release();
    expect(await outcome(stage)).toEqual(expected(rows, ['a']));
    expect(await unkeyedChunks(database.pool, stage.fileId)).toEqual([]);
  }, 60_000);

  it('leave nothing behind once they are known', async () => {
    const rows = Array.from({ length: 30 }, (_, n) => ({ a: `k${n % 7}`, b: null, c: null }));
    for (const bytes of [0, large]) {
      const csv = csvOf(rows, bytes);
      const stage = await openStage(
        database,
        definition(['a']),
        csv,
        lineBorders(csv, Math.ceil(csv.length / 3)),
      );
      await Promise.all(stage.jobs.map((job) => stage.load(job)));
      expect((await outcome(stage)).rejected).toEqual(expected(rows, ['a']).rejected);
      const { rows: left } = await database.pool.query(
        `select (select count(*)::int from landfall.unique_key) as keys,
           (select count(*)::int from landfall.unique_run) as tables,
           (select count(*)::int from pg_class where relname like 'unique_run_%' and relkind = 'r') as runs`,
      );
      expect(left).toEqual([{ keys: 0, tables: 0, runs: 0 }]);
      await database.pool.query('drop schema star cascade; create schema star');
    }
  });

  it('are found though a frozen worker still writes keys that nobody needs', async () => {
    const rows = Array.from({ length: 40 }, (_, n) => ({ a: `k${n % 17}`, b: null, c: null }));
    const csv = csvOf(rows, large);
    const stage = await openStage(database, definition(['a']), csv, lineBorders(csv, large / 3));
    const file = (await stage.ledger.file(stage.fileId))!;
    const table = await keyTable(database.pool, file);
    const frozen = await database.pool.connect();
    const ended = new Promise((resolve) => frozen.on('error', resolve));
    await frozen.query(`begin; lock table landfall.${table} in row exclusive mode`);
    await Promise.all(stage.jobs.map((job) => stage.load(job)));
    expect(await ended).toMatchObject({ message: expect.stringContaining('terminat') });
    frozen.release(true);
    expect(await outcome(stage)).toEqual(expected(rows, ['a']));
  }, 60_000);

  it('are kept a page at a time, in order', async () => {
    const rows = Array.from({ length: 12_000 }, () => ({ a: 'same', b: null, c: null }));
    const stage = await openStage(database, definition(['a']), csvOf(rows));
    const counts = await stage.load(stage.jobs[0]);
    expect(counts).toMatchObject({ parsed: 12_000, loaded: 1 });
    expect(await chunkRepeats(database.pool, stage.jobs[0].chunkId, -1, 10)).toEqual([]);
    const [unique] = await stage.column(
      "select count(*)::int from landfall.reject where code = 'LF_REJECT_UNIQUE'",
    );
    expect(unique).toBe(12_000 - 1 - Math.floor(12_000 / 13));
  }, 60_000);
});
