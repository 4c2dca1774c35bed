import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append, fromName, history, snapshot, upsert } from '../../../../model/index.ts';
import type { Mode } from '../../../../model/language/modes.ts';
import type { Delta } from '../../../../sinks/postgres/events/index.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { count, kinds, noCounts, randomFiles, randomOf } from './generate.ts';
import { expectedOf, type OracleFile, type OracleMode } from './oracle.ts';
import { World } from './world.ts';

let database: TestDatabase;
let client: pg.PoolClient;
beforeAll(async () => {
  database = await testDatabase();
  client = await database.pool.connect();
});
afterAll(async () => {
  client.release();
  await database.drop();
});

const plain = { ordered: true, deletes: false } as const;
const deleting = { ordered: true, deletes: true } as const;
const nullKeys = 'equal';
const modes: readonly (readonly [name: string, OracleMode, Mode<string>])[] = [
  ['dedupe_last', { kind: 'dedupe', ...plain }, append({ dedupe: ['key'], orderBy: 'ord', nullKeys })],
  [
    'dedupe_first',
    { kind: 'dedupe', keep: 'first', ...plain },
    append({ dedupe: ['key'], orderBy: 'ord', keep: 'first', nullKeys }),
  ],
  ['dedupe_hash', { kind: 'dedupe', ordered: false, deletes: false }, append({ dedupe: ['key'], nullKeys })],
  [
    'dedupe_first_hash',
    { kind: 'dedupe', keep: 'first', ordered: false, deletes: false },
    append({ dedupe: ['key'], keep: 'first', nullKeys }),
  ],
  ['upsert_plain', { kind: 'upsert', ...plain }, upsert({ key: ['key'], orderBy: 'ord', nullKeys })],
  [
    'upsert_set',
    { kind: 'upsert', ...deleting },
    upsert({ key: ['key'], orderBy: 'ord', deleted: 'gone', nullKeys }),
  ],
  [
    'upsert_keep',
    { kind: 'keep', ...deleting },
    upsert({ key: ['key'], orderBy: 'ord', deleted: 'gone', nulls: 'keep', nullKeys }),
  ],
  [
    'upsert_keep_plain',
    { kind: 'keep', ...plain },
    upsert({ key: ['key'], orderBy: 'ord', nulls: 'keep', nullKeys }),
  ],
  [
    'history_plain',
    { kind: 'history', ...plain },
    history({ key: ['key'], orderBy: 'ord', track: ['a'], nullKeys }),
  ],
  [
    'history_all',
    { kind: 'history', ...deleting, overwrite: true },
    history({
      ...{ key: ['key'], orderBy: 'ord', deleted: 'gone', nullKeys },
      ...{ track: ['a'], overwrite: ['b', 'who'] },
    }),
  ],
  [
    'snapshot_all',
    { kind: 'snapshot', ordered: false, deletes: false },
    snapshot({ key: ['key'], asOf: fromName('{date}.csv'), nullKeys }),
  ],
  [
    'snapshot_scopes',
    { kind: 'snapshot', ordered: false, deletes: false, scoped: true },
    snapshot({ key: ['key'], asOf: fromName('{date}.csv'), scope: ['scope'], nullKeys }),
  ],
];

/** Rows as texts, sorted. */
const asBag = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();

async function shownIn(schema: string, mode: OracleMode) {
  const versions = mode.kind === 'history' ? ', valid_from as from, valid_to as to' : '';
  const { rows } = await client.query(`select key, a, b, who_key${versions} from ${schema}.fact`);
  return asBag(rows);
}

async function currentIn(schema: string, star: World['star']) {
  const order = star.keyed!.order ? '_order' : '0';
  const deleted = star.keyed!.deleted ? '_deleted' : 'false';
  const { rows } = await client.query(
    `select concat_ws('|', key, ${order}, case when ${deleted} then 'true' else 'false' end, replace(_hash::text, '-', '')) as id,
      chunk_id || '/' || _row as place from ${schema}.fact_current`,
  );
  const others = await client.query(`select chunk_id || '/' || _row as place from ${schema}.fact_superseded`);
  return {
    ids: rows.map(({ id }) => id).sort(),
    places: [...rows, ...others.rows].map(({ place }) => place),
  };
}

/** All of what is shown, with the chunks, as delta relations have it. */
async function everything(schema: string): Promise<string[]> {
  return asBag((await client.query(`select * from ${schema}.fact`)).rows);
}

/** What was shown with the delta: in a bag, what left is taken out once for each time. */
async function withDelta(before: readonly string[], delta: Delta): Promise<string[]> {
  const bag = new Map<string, number>();
  const add = (row: string, n: number) => bag.set(row, (bag.get(row) ?? 0) + n);
  for (const row of before) add(row, 1);
  for (const [side, n] of [
    ['added', 1],
    ['removed', -1],
  ] as const) {
    for (const { sql, values } of delta[side]) {
      const { rows } = await client.query(`select * from (${sql}) f`, [...values]);
      for (const row of asBag(rows)) add(row, n);
    }
  }
  expect([...bag].filter(([, n]) => n < 0)).toEqual([]);
  return [...bag].flatMap(([row, n]) => Array<string>(n).fill(row)).sort();
}

describe.each(modes)('%s', (schema, mode, definition) => {
  it('shows what a fresh load of the files that are done would show, after each step', async () => {
    const world = await World.create(client, schema, definition);
    const fresh = await World.create(client, `${schema}_fresh`, definition);
    const counts = noCounts();
    const random = randomOf(7);
    let steps = 0;
    for (let round = 0; round < 8; round++) {
      await world.clear();
      const files = randomFiles(random, mode, { files: 7, keys: 30, first: 1 + round * 7 });
      count(counts, files);
      const own = new Set(files.filter(() => random(3) === 0));
      for (let step = 0; step < 14; step++, steps++) {
        const waiting = files.filter((file) => !world.done.has(file));
        const isUndo = waiting.length === 0 || (world.done.size > 0 && random(5) < 2);
        const before = await everything(schema);
        await client.query('begin');
        const delta = isUndo
          ? await world.undo([...world.done][random(world.done.size)])
          : (await world.end(someOf(waiting, 1 + random(3), random), own)).delta;
        const after = await withDelta(before, delta);
        await client.query('commit');
        const done = [...world.done];
        const expected = expectedOf(mode, done);
        expect(await shownIn(schema, mode)).toEqual(asBag(expected.shown));
        expect(await everything(schema)).toEqual(after);
        const { ids, places } = await currentIn(schema, world.star);
        expect(ids).toEqual([...expected.current].sort());
        expect(places.sort()).toEqual(done.flatMap(({ events }) => events.map(({ place }) => place)).sort());
      }
      await fresh.clear();
      await client.query('begin');
      await fresh.end([...world.done], new Set());
      await client.query('commit');
      expect(await shownIn(`${schema}_fresh`, mode)).toEqual(await shownIn(schema, mode));
    }
    const none = kinds.filter((kind) => counts[kind] < 20 && isPossible(kind, mode));
    expect(none, JSON.stringify(counts)).toEqual([]);
    expect(steps).toBe(112);
  });
});

function isPossible(kind: (typeof kinds)[number], mode: OracleMode): boolean {
  if (kind === 'empty file') return false;
  const needsDeletion = ['deletion', 'deletion first', 'reinsertion'].includes(kind);
  return !needsDeletion || mode.deletes;
}

function someOf(files: readonly OracleFile[], n: number, random: (below: number) => number): OracleFile[] {
  const left = [...files];
  return Array.from({ length: Math.min(n, files.length) }, () => left.splice(random(left.length), 1)[0]);
}
