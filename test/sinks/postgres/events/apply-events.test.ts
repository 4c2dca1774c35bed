import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append, fromName, history, snapshot, upsert } from '../../../../model/index.ts';
import type { Mode } from '../../../../model/language/modes.ts';
import { type Delta, eventCounts, wrongTimes } from '../../../../sinks/postgres/events/index.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { plays } from '../../../support/long.ts';
import { count, kinds, noCounts, randomFiles, randomOf } from './generate.ts';
import { type Event, expectedOf, type OracleFile, type OracleMode } from './oracle.ts';
import { chunkOf, eventFile, uuid, World } from './world.ts';

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
const seen = { created: 'first_seen', updated: 'last_changed' };
const modes: readonly (readonly [name: string, OracleMode, Mode<string>])[] = [
  ['dedupe_last', { kind: 'dedupe', ...plain }, append({ dedupe: ['key'], orderBy: 'ord', nullKeys })],
  [
    'dedupe_first',
    { kind: 'dedupe', keep: 'first', ...plain, seen: true },
    append({ dedupe: ['key'], orderBy: 'ord', keep: 'first', nullKeys, seen }),
  ],
  [
    'dedupe_hash',
    { kind: 'dedupe', ordered: false, deletes: false, seen: true },
    append({ dedupe: ['key'], nullKeys, seen }),
  ],
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
    'upsert_seen',
    { kind: 'upsert', ...deleting, seen: true },
    upsert({ key: ['key'], orderBy: 'ord', deleted: 'gone', nullKeys, seen }),
  ],
  [
    'upsert_keep',
    { kind: 'keep', ...deleting, seen: true },
    upsert({ key: ['key'], orderBy: 'ord', deleted: 'gone', nulls: 'keep', nullKeys, seen }),
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
    { kind: 'history', ...deleting, overwrite: true, seen: true },
    history({
      ...{ key: ['key'], orderBy: 'ord', deleted: 'gone', nullKeys },
      ...{ track: ['a'], overwrite: ['b', 'who'], seen },
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
    snapshot({ key: ['key'], asOf: fromName('{date}.csv'), scope: ['scope'], nullKeys, maxDeleted: 1 }),
  ],
  [
    'snapshot_all_seen',
    { kind: 'snapshot', ordered: false, deletes: false, seen: true },
    snapshot({ key: ['key'], asOf: fromName('{date}.csv'), nullKeys, seen }),
  ],
  [
    'snapshot_scopes_seen',
    { kind: 'snapshot', ordered: false, deletes: false, scoped: true, seen: true },
    snapshot({ key: ['key'], asOf: fromName('{date}.csv'), scope: ['scope'], nullKeys, seen }),
  ],
];

/** Rows as texts, sorted. */
const asBag = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();

async function shownIn(schema: string, mode: OracleMode) {
  const versions = mode.kind === 'history' ? ', valid_from as from, valid_to as to' : '';
  const times = mode.seen ? ', first_seen, last_changed' : '';
  const { rows } = await client.query(`select key, a, b, who_key${versions}${times} from ${schema}.fact`);
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

/** Relations of the star that readers would have to wait for. */
async function lockedOut(schema: string): Promise<string[]> {
  const { rows } = await client.query(
    `select c.relname from pg_locks l join pg_class c on c.oid = l.relation
     where l.pid = pg_backend_pid() and l.mode = 'AccessExclusiveLock' and c.relnamespace = $1::regnamespace
       and c.relname like 'fact%'`,
    [schema],
  );
  return rows.map(({ relname }) => relname);
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

/** Each key of a round is a case of its own, in ten steps: 100 for each mode, a thousand in `npm run test:long`. */
const rounds = plays(2, 20);
const keys = 50;
const steps = 10;

describe.each(modes)('%s', (schema, mode, definition) => {
  it('shows what a fresh load of the files that are done would show, after each step', async () => {
    const world = await World.create(client, schema, definition);
    const fresh = await World.create(client, `${schema}_fresh`, definition);
    const counts = noCounts();
    const random = randomOf(7);
    for (let round = 0; round < rounds; round++) {
      await world.clear();
      const files = randomFiles(random, mode, { files: 7, keys, first: 1 + round * 7 });
      count(counts, files);
      const own = new Set(files.filter(() => random(3) === 0));
      for (let step = 0; step < steps; step++) {
        const waiting = files.filter((file) => !world.done.has(file));
        const isUndo = waiting.length === 0 || (world.done.size > 0 && random(5) < 2);
        const before = await everything(schema);
        await client.query('begin');
        const delta = isUndo
          ? await world.undo([...world.done][random(world.done.size)])
          : (await world.end(someOf(waiting, 1 + random(3), random), own)).delta;
        const after = await withDelta(before, delta);
        expect(await lockedOut(schema)).toEqual([]);
        await client.query('commit');
        const done = [...world.done];
        const expected = expectedOf(mode, done);
        expect(await shownIn(schema, mode)).toEqual(asBag(expected.shown));
        expect(await everything(schema)).toEqual(after);
        const { ids, places } = await currentIn(schema, world.star);
        expect(ids).toEqual([...expected.current].sort());
        expect(places.sort()).toEqual(done.flatMap(({ events }) => events.map(({ place }) => place)).sort());
      }
      for (const { file, events } of files) {
        const chunkIds = [0, 1, 2].map((chunk) => chunkOf(file, chunk));
        const isDone = [...world.done].some((done) => done.file === file);
        const { current, superseded } = await eventCounts(client, world.star, chunkIds);
        expect(current + superseded).toBe(isDone ? events.length : 0);
      }
      for (const file of world.done) {
        const none = mode.seen ? { events: 0, rows: 0 } : null;
        expect(await wrongTimes(client, world.star, [eventFile(file)])).toEqual(none);
      }
      await fresh.clear();
      await client.query('begin');
      await fresh.end([...world.done], new Set());
      await client.query('commit');
      expect(await shownIn(`${schema}_fresh`, mode)).toEqual(await shownIn(schema, mode));
    }
    const none = kinds.filter(
      (kind) => counts[kind] < (kind === 'empty file' ? 1 : 4) * rounds && isPossible(kind, mode),
    );
    expect(none, JSON.stringify(counts)).toEqual([]);
  });
});

function isPossible(kind: (typeof kinds)[number], mode: OracleMode): boolean {
  const needsDeletion = ['deletion', 'deletion first', 'reinsertion'].includes(kind);
  return !needsDeletion || mode.deletes;
}

function someOf(files: readonly OracleFile[], n: number, random: (below: number) => number): OracleFile[] {
  const left = [...files];
  return Array.from({ length: Math.min(n, files.length) }, () => left.splice(random(left.length), 1)[0]);
}

/** An event of a file of one chunk. */
function eventOf(file: number, row: number, some: Partial<Event>): Event {
  const event = {
    key: 'k',
    order: 1,
    deleted: false,
    tracked: 'a',
    scope: '',
    a: 'a',
    b: 1,
    who_key: 1,
    ...some,
  };
  const chunkId = chunkOf(file, 0);
  return { ...event, file, chunkId, row, place: `${chunkId}/${row}`, hash: uuid(JSON.stringify(event)) };
}

const fileOf = (
  file: number,
  events: readonly Partial<Event>[],
  asOf = `2026-01-0${file}T00:00:00Z`,
): OracleFile => ({
  ...{ file, asOf, content: uuid(`${file}`), seenAt: '2026-02-01T00:00:00.000Z' },
  events: events.map((some, row) => eventOf(file, row, some)),
});

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((one, i) => permutations(list.toSpliced(i, 1)).map((rest) => [one, ...rest]));
}

/** The largest share of keys that a file lacks in one of its scopes, of the keys of the file before it. */
function worstScope(file: OracleFile, before: (scope: string) => OracleFile | undefined): number {
  const keysIn = (one: OracleFile | undefined, scope: string) =>
    new Set(one?.events.filter((event) => event.scope === scope).map(({ key }) => key));
  const shares = [...new Set(file.events.map(({ scope }) => scope))].map((scope) => {
    const had = [...keysIn(before(scope), scope)];
    const has = keysIn(file, scope);
    return had.length === 0 ? 0 : had.filter((key) => !has.has(key)).length / had.length;
  });
  return Math.max(0, ...shares);
}

async function applied(schema: string, files: readonly OracleFile[]) {
  const [, , definition] = modes.find(([name]) => name === schema)!;
  const world = await World.create(client, schema, definition);
  await world.clear();
  const notes = [];
  for (const file of files) {
    await client.query('begin');
    notes.push((await world.end([file], new Set())).notes);
    await client.query('commit');
  }
  return notes;
}

describe.each(['upsert_seen', 'history_all', 'snapshot_all_seen'])('the times of %s', (schema) => {
  it.each([
    ['current', '_landed', { events: 2, rows: 2 }],
    ['current', '_created', { events: 0, rows: 2 }],
    ['current', '_updated', { events: 0, rows: 2 }],
  ])('are found wrong in %s.%s', async (table, column, wrong) => {
    const file = fileOf(1, [{ key: 'k1' }, { key: 'k2' }]);
    await applied(schema, [file]);
    await client.query(`update ${schema}.fact_${table} set ${column} = ${column} + interval '1 s'`);
    const [, , definition] = modes.find(([name]) => name === schema)!;
    const { star } = await World.create(client, schema, definition);
    expect(await wrongTimes(client, star, [eventFile(file)])).toEqual(wrong);
  });
});

describe('notes', () => {
  const at = (file: number, row: number) => ({ chunkId: chunkOf(file, 0), row });
  const files = [
    fileOf(1, [
      { key: 'k1' },
      ...['k2', 'k3', 'k4', 'k5'].flatMap((key) => [{ key }, { key, a: 'b', tracked: 'b' }]),
      // The same event twice, and another order, are no ties.
      ...[{ key: 'k6' }, { key: 'k6' }, { key: 'k7' }, { key: 'k7', order: 2, a: 'b' }],
    ]),
    fileOf(2, [{ key: 'k1', a: 'b', tracked: 'b' }, { key: 'k6' }, { key: 'k7', order: 3 }]),
  ];

  it.each(['upsert_set', 'upsert_keep', 'history_all'])('count ties in %s and name three', async (schema) => {
    const [first, second] = await applied(schema, files);
    expect(first.ties).toEqual([{ fileId: 1, count: 4, sample: [at(1, 1), at(1, 3), at(1, 5)] }]);
    expect(second.ties).toEqual([{ fileId: 2, count: 1, sample: [at(2, 0)] }]);
  });

  it('count no ties where nothing orders events', async () => {
    const [first, second] = await applied('dedupe_hash', files);
    expect([first.ties, second.ties]).toEqual([[], []]);
  });

  it('count the keys that a snapshot deletes, in the scope that loses most', async () => {
    const keysOf = (scope: string, ...keys: string[]) => keys.map((key) => ({ scope, key }));
    const notes = await applied('snapshot_scopes', [
      fileOf(2, [...keysOf('s1', 'a', 'b', 'c', 'd'), ...keysOf('s2', 'a', 'b')]),
      fileOf(3, [...keysOf('s1', 'a', 'b', 'c', 'e'), ...keysOf('s2', 'a', 'c')]),
      fileOf(1, keysOf('s1', 'a')),
      fileOf(4, keysOf('s3', 'a')),
    ]);
    expect(notes.map(({ shrunk }) => shrunk)).toEqual([[], [{ fileId: 3, keys: 2, absent: 1 }], [], []]);
  });

  it('compare a snapshot with the one before it in each scope, whatever is shown, in every order', async () => {
    const keysOf = (scope: string, keys: string) =>
      [...keys].map((key) => ({ scope, key: `${scope}${key}` }));
    const contents = [
      fileOf(1, [...keysOf('s1', 'abcd'), ...keysOf('s2', 'ab')]),
      fileOf(2, [...keysOf('s1', 'abb'), ...keysOf('s3', 'a')]),
      fileOf(3, [...keysOf('s1', 'abx'), ...keysOf('s2', 'c')]),
      // Of two snapshots of one instant, the greater content is later.
      fileOf(4, [...keysOf('s1', 'x'), ...keysOf('s2', 'ac'), ...keysOf('s3', 'b')], '2026-01-03T00:00:00Z'),
    ];
    const later = ({ asOf, content }: OracleFile) => `${asOf} ${content}`;
    let compared = 0;
    for (const order of permutations(contents).filter((_, n) => n % 2 === 0)) {
      const notes = await applied('snapshot_scopes', order);
      for (const [f, file] of order.entries()) {
        const done = order.slice(0, f);
        const worst = worstScope(file, (scope) =>
          done
            .filter((one) => later(one) < later(file) && one.events.some((event) => event.scope === scope))
            .sort((a, b) => (later(a) < later(b) ? 1 : -1))
            .at(0),
        );
        const share = ({ absent, keys }: { absent: number; keys: number }) => absent / keys;
        const found = notes[f].shrunk.map(share);
        expect(
          Math.max(0, ...found),
          order
            .slice(0, f + 1)
            .map(({ file }) => file)
            .join(),
        ).toBe(worst);
        if (worst > 0) compared++;
      }
    }
    expect(compared).toBeGreaterThan(15);
  });

  it('leave out the other files of the same snapshot', async () => {
    const corrects = { ...fileOf(4, [{ scope: 's', key: 'd' }], '2026-01-02T00:00:00Z'), content: uuid('2') };
    const notes = await applied('snapshot_scopes', [
      fileOf(
        1,
        ['a', 'b'].map((key) => ({ scope: 's', key })),
      ),
      fileOf(
        2,
        ['a', 'b'].map((key) => ({ scope: 's', key })),
      ),
      fileOf(
        3,
        ['a', 'b'].map((key) => ({ scope: 's', key })),
      ),
      corrects,
    ]);
    expect(notes[3].shrunk).toEqual([]);
  });

  it('count all keys where an empty snapshot replaces one', async () => {
    const notes = await applied('snapshot_all', [fileOf(1, [{ key: 'a' }, { key: 'b' }]), fileOf(2, [])]);
    expect(notes[1].shrunk).toEqual([{ fileId: 2, keys: 2, absent: 2 }]);
  });
});
