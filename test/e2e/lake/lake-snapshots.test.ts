/**
 * The functions of ddl/migrations/0020-lake-snapshots.sql, after each of many random ends and undos of files: what
 * they say of the lake now, and of every snapshot before, is what the files that were done then should show.
 */
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { append, fromName, history, snapshot, upsert } from '../../../model/index.ts';
import type { Mode } from '../../../model/language/modes.ts';
import { eventTableNames } from '../../../sinks/postgres/events/table-names.ts';
import { randomFiles, randomOf } from '../../sinks/postgres/events/generate.ts';
import {
  type Event,
  expectedOf,
  identity,
  type OracleFile,
  type OracleMode,
} from '../../sinks/postgres/events/oracle.ts';
import { chunkOf, datasetWith, World } from '../../sinks/postgres/events/world.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
let client: pg.PoolClient;
beforeAll(async () => {
  database = await testDatabase();
  client = await database.pool.connect();
});
// The numbers of a world begin at 1.
beforeEach(() => client.query('delete from landfall.snapshot'));
afterAll(async () => {
  client.release();
  await database.drop();
});

const plain = { ordered: true, deletes: false } as const;
const deleting = { ordered: true, deletes: true } as const;
const nullKeys = 'equal';
const key = ['key'];
const orderBy = 'ord';
const deleted = 'gone';
const asOf = fromName('{date}.csv');
const modes: readonly (readonly [schema: string, OracleMode, Mode<string>])[] = [
  [
    'first',
    { kind: 'dedupe', keep: 'first', ...plain },
    append({ dedupe: key, orderBy, keep: 'first', nullKeys }),
  ],
  ['hashed', { kind: 'dedupe', ordered: false, deletes: false }, append({ dedupe: key, nullKeys })],
  ['latest', { kind: 'upsert', ...deleting }, upsert({ key, orderBy, deleted, nullKeys })],
  ['kept', { kind: 'keep', ...deleting }, upsert({ key, orderBy, deleted, nulls: 'keep', nullKeys })],
  ['versions', { kind: 'history', ...plain }, history({ key, orderBy, track: ['a'], nullKeys })],
  ['closing', { kind: 'history', ...deleting }, history({ key, orderBy, deleted, track: ['a'], nullKeys })],
  ['whole', { kind: 'snapshot', ordered: false, deletes: false }, snapshot({ key, asOf, nullKeys })],
  [
    'scoped',
    { kind: 'snapshot', ordered: false, deletes: false, scoped: true },
    snapshot({ key, asOf, scope: ['scope'], nullKeys }),
  ],
];

/** A file that has ended, and was perhaps undone. */
interface Ended {
  readonly file: OracleFile;
  readonly end: number;
  undo: number | null;
}

/** The same bytes again, as a replay of an undone file loads them. */
function copyOf({ events, ...rest }: OracleFile, file: number): OracleFile {
  const moved = (event: Event): Event => {
    const chunkId = chunkOf(file, event.chunkId % 3);
    return { ...event, file, chunkId, place: `${chunkId}/${event.row}` };
  };
  return { ...rest, file, events: events.map(moved) };
}

/** The ledger's rows of a file. */
async function land(dataset: string, { file }: OracleFile): Promise<void> {
  await client.query(
    `insert into landfall.file (file_id, dataset, name, url, scope, origin, bytes, fingerprint, content_hash, state, definition_version)
     overriding system value
     values ($1::int, $2, 'file ' || $1::int, 'file:///' || $1::int, 'pool', 'landing', 1, $1::int::text, $1::int::text, 'loading', $2)`,
    [file, dataset],
  );
  await client.query(
    `insert into landfall.chunk (chunk_id, file_id, number, byte_start, byte_end, line_start)
     overriding system value select $1::int * 3 + n, $1, n, n, n + 1, 1 from generate_series(0, 2) n`,
    [file],
  );
  await client.query(
    `insert into landfall.part (path, chunk_id, file_id, dataset, rows, bytes)
     select 'part ' || chunk_id, chunk_id, file_id, $2, 1, 1 from landfall.chunk where file_id = $1`,
    [file, dataset],
  );
}

/** The ledger's part of an end or an undo. */
async function note(
  dataset: string,
  number: number,
  kind: 'end' | 'undo',
  files: readonly OracleFile[],
): Promise<void> {
  const fileIds = files.map(({ file }) => file);
  await client.query(
    `insert into landfall.snapshot (snapshot_id, dataset, file_id, kind) select $1, $2, unnest($3::int[]), $4`,
    [number, dataset, fileIds, kind],
  );
  const state = kind === 'end' ? 'done' : 'undone';
  await client.query('update landfall.file set state = $2 where file_id = any($1)', [fileIds, state]);
  if (kind === 'undo') await client.query('delete from landfall.part where file_id = any($1)', [fileIds]);
}

const rowsOf = async (sql: string, values: unknown[]) =>
  (await client.query({ text: sql, values, rowMode: 'array' })).rows.map((row) => row.join(' '));

/** What the functions say of a snapshot: events that are shown, and versions. */
async function lakeAt(dataset: string, at: number | null, events: ReadonlyMap<string, Event>) {
  const parts = await rowsOf('select chunk_id from landfall.lake_current($1, $2)', [dataset, at]);
  const gone = await rowsOf("select chunk_id || '/' || _row from landfall.lake_deleted($1, $2)", [
    dataset,
    at,
  ]);
  expect(new Set(gone).size).toBe(gone.length);
  const chunks = new Set(parts.map(Number));
  const without = new Set(gone);
  const shown = [...events.values()].filter(
    ({ chunkId, place }) => chunks.has(chunkId) && !without.has(place),
  );
  const versions = await client.query<{ place: string; from: string; to: string | null }>(
    `select chunk_id || '/' || _row as place, valid_from as from, valid_to as to from landfall.lake_versions($1, $2)`,
    [dataset, at],
  );
  return {
    chunks: [...chunks].sort(),
    shown: shown.map(identity).sort(),
    versions: versions.rows.map(({ place, from, to }) => `${events.get(place)!.key} ${from} ${to}`).sort(),
  };
}

function expectedAt(mode: OracleMode, files: readonly OracleFile[]) {
  const { shown, current } = expectedOf(mode, files);
  const isShown = (id: string) => id.split('|').at(-2) !== 'true';
  return {
    chunks: files.flatMap(({ file }) => [0, 1, 2].map((n) => chunkOf(file, n))).sort(),
    shown: current.filter(isShown).sort(),
    versions: mode.kind === 'history' ? shown.map(({ key, from, to }) => `${key} ${from} ${to}`).sort() : [],
  };
}

describe.each(modes.map((mode, number) => [...mode, number] as const))(
  '%s',
  (schema, mode, definition, number) => {
    it('has parts and rows for what is shown now, and at each snapshot that can be read', async () => {
      const world = await World.create(client, schema, definition);
      const stored = JSON.stringify(datasetWith(schema, definition));
      await client.query(
        'insert into landfall.definition (version, dataset, definition) values ($1, $1, $2)',
        [schema, stored],
      );
      const random = randomOf(11);
      const first = 1 + number * 100;
      const files = randomFiles(random, mode, { files: 9, keys: 20, first });
      const ended: Ended[] = [];
      const events = new Map<string, Event>();
      const seen = { read: 0, refused: 0 };
      for (const file of files) await land(schema, file);
      for (let step = 1; step <= 20; step++) {
        const now = step;
        const waiting = files.filter((file) => !ended.some((one) => one.file === file));
        const done = ended.filter(({ undo }) => undo === null);
        await client.query('begin');
        if (waiting.length === 0 || (done.length > 1 && random(5) < 2)) {
          const one = done[random(done.length)];
          await world.undo(one.file);
          one.undo = now;
          await note(schema, now, 'undo', [one.file]);
          const copy = copyOf(one.file, first + files.length);
          files.push(copy);
          await land(schema, copy);
        } else {
          const some = waiting.slice(0, 1 + random(2));
          await world.end(some, new Set());
          for (const file of some) {
            ended.push({ file, end: now, undo: null });
            for (const event of file.events) events.set(event.place, event);
          }
          await note(schema, now, 'end', some);
        }
        await client.query('commit');
        const present = ended.filter(({ undo }) => undo === null).map(({ file }) => file);
        expect(await lakeAt(schema, null, events)).toEqual(expectedAt(mode, present));
        for (let at = 0; at <= now; at++) {
          const then = ended.filter(({ end, undo }) => end <= at && (undo === null || undo > at));
          const lost = then.filter(({ undo }) => undo !== null);
          if (lost.length === 0) {
            seen.read++;
            expect(await lakeAt(schema, at, events), `${at} at ${now}`).toEqual(
              expectedAt(
                mode,
                then.map(({ file }) => file),
              ),
            );
            continue;
          }
          seen.refused++;
          const gone = lost.map(({ file }) => `file ${file.file}`).join('|');
          const message = new RegExp(
            `^Snapshot ${at} of ${schema} can no longer be read: (${gone}) was part of it and has been undone\\.$`,
          );
          const oldest = Math.max(...lost.map(({ undo }) => undo!));
          for (const name of ['lake_current', 'lake_deleted', 'lake_versions']) {
            const reading = client.query(`select * from landfall.${name}($1, $2)`, [schema, at]);
            await expect(reading).rejects.toMatchObject({
              message: expect.stringMatching(message),
              hint: `The oldest snapshot that is certain to be readable is ${oldest}.`,
            });
          }
        }
      }
      expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(40);
      expect(await rowsOf('select landfall.lake_snapshot($1)', [schema])).toEqual([`20`]);
      const future = client.query('select * from landfall.lake_current($1, $2)', [schema, 21]);
      await expect(future).rejects.toThrow(`There is no snapshot 21 yet.`);
    });
  },
);

it('of a dataset that only appends has all rows of the parts', async () => {
  await client.query(
    `insert into landfall.definition (version, dataset, definition) values ('log', 'log', '{"star": {"keyed": null}}')`,
  );
  const file = { file: 5000, asOf: '', content: '', seenAt: '', events: [] };
  await land('log', file);
  expect(await rowsOf('select landfall.lake_snapshot($1)', ['log'])).toEqual(['']);
  expect(await rowsOf('select * from landfall.lake_current($1)', ['log'])).toEqual([]);
  await note('log', 100_000, 'end', [file]);
  const parts = [15000, 15001, 15002].map((chunk) => `part ${chunk} ${chunk} 100000`);
  for (const at of [null, 100_000])
    expect(
      await rowsOf('select path, chunk_id, snapshot_id from landfall.lake_current($1, $2) order by 1', [
        'log',
        at,
      ]),
    ).toEqual(parts);
  expect(await rowsOf('select * from landfall.lake_current($1, 99999)', ['log'])).toEqual([]);
  expect(await rowsOf('select * from landfall.lake_deleted($1)', ['log'])).toEqual([]);
});

it('shows one of two equal events, whichever came back when the one that replaced them was undone', async () => {
  const [, mode, definition] = modes[2];
  const schema = 'twins';
  const world = await World.create(client, schema, definition);
  const stored = JSON.stringify(datasetWith(schema, definition));
  await client.query('insert into landfall.definition (version, dataset, definition) values ($1, $1, $2)', [
    schema,
    stored,
  ]);
  const shape = { key: 'k', deleted: false, tracked: '', scope: '', a: null, b: null, who_key: 0, row: 0 };
  const fileOf = (file: number, order: number): OracleFile => {
    const chunkId = chunkOf(file, 0);
    const hash = String(order).padStart(32, '0');
    const event = { ...shape, order, hash, file, chunkId, place: `${chunkId}/0` };
    return { file, asOf: '2026-01-01T00:00:00Z', content: `${file}`, seenAt: '', events: [event] };
  };
  const files = [fileOf(6001, 1), fileOf(6002, 1), fileOf(6003, 2)];
  for (const [i, file] of files.entries()) {
    await land(schema, file);
    await client.query('begin');
    await world.end([file], new Set());
    await note(schema, i + 1, 'end', [file]);
    await client.query('commit');
  }
  await client.query('begin');
  await world.undo(files[2]);
  await note(schema, 4, 'undo', [files[2]]);
  await client.query('commit');
  const events = new Map(files.flatMap((file) => file.events.map((event) => [event.place, event])));
  // Either of the two may be current: they change places.
  for (const _ of [1, 2]) {
    for (const [at, done] of [
      [1, 1],
      [2, 2],
      [4, 2],
      [null, 2],
    ] as const)
      expect(await lakeAt(schema, at, events), `${at}`).toEqual(expectedAt(mode, files.slice(0, done)));
    await client.query(
      `with c as (select chunk_id from ${schema}.fact_current), s as (select chunk_id from ${schema}.fact_superseded),
         moved as (update ${schema}.fact_current set chunk_id = (select chunk_id from s))
       update ${schema}.fact_superseded set chunk_id = (select chunk_id from c), _out = 3`,
    );
  }
});

it('knows the tables of facts with long names', async () => {
  for (const fact of ['fact', 'f'.repeat(55), 'f'.repeat(56), 'fact_order_'.repeat(6).slice(0, 63)]) {
    const { current, superseded } = eventTableNames(fact);
    const names = "select landfall.events_table($1, 'current'), landfall.events_table($1, 'superseded')";
    expect(await rowsOf(names, [fact])).toEqual([`${current} ${superseded}`]);
  }
});
