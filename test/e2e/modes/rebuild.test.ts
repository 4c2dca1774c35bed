/** A star that is rebuilt is the one that a fresh load of the same files with the new definition makes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it, vi } from 'vitest';
import { verifyFile } from '../../../coordinator/commands/verify.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Receipt } from '../../../platform/file-receipt.ts';
import { makeBeside, makeMartsBeside } from '../../../sinks/postgres/rebuild/make-beside.ts';
import { auditRollups } from '../../../sinks/postgres/rollups/audit-rollups.ts';
import { StarSink } from '../../../sinks/postgres/star-sink.ts';
import type { RebuildOptions, Rebuilt } from '../../../workers/rebuild/rebuild-dataset.ts';
import { sharedHome, type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { plays } from '../../support/long.ts';
import { commandOf, rebuildHere, replayed, toolsOf, undone } from '../again.ts';
import { type TestSite, testSite } from '../site.ts';

const modes = {
  append: `append()`,
  byId: `upsert({ key: ['id'], orderBy: 'at', deleted: 'gone' })`,
  byKind: `upsert({ key: ['kind'], orderBy: 'at', deleted: 'gone' })`,
  bySize: `upsert({ key: ['id'], orderBy: 'size', deleted: 'gone' })`,
  kept: `upsert({ key: ['id'], orderBy: 'at', nulls: 'keep' })`,
  versions: `history({ key: ['id'], orderBy: 'at', deleted: 'gone', track: ['kind'], overwrite: ['size'] })`,
} as const;
type Mode = keyof typeof modes;

/** `edited`: another definition of the same mode. */
function define(folder: string, mode: Mode, edited = (text: string) => text): string {
  const target = join(folder, 'reads');
  mkdirSync(target, { recursive: true });
  writeFileSync(
    join(target, 'dataset.ts'),
    edited(`import { append, boolean, count, defineDataset, history, integer, lookup, max, median, rollup, sql, sum, table, text, timestamp, upsert, view } from 'landfall';
export default defineDataset({
  name: 'reads',
  columns: { id: integer(), at: timestamp({ zone: 'UTC' }), gone: boolean({ optional: true }), kind: text(), label: text(), size: integer() },
  mode: ${modes[mode]},
  star: {
    fact: 'fact_read',
    dimensions: {
      kind_key: lookup('dim_kind', { name: 'kind' }),
      label_key: lookup('dim_label', { label: 'label' }, { kind: 'kind' }, { attributes: 'latest', by: 'at' }),
    },
    columns: ['id', 'at', 'size'],
  },
  marts: {
    by_kind: rollup({ by: ['kind_key'], measures: { events: count(), size: sum('size'), middle: median('size'), last: max('at'), odd: sql('count(*) filter (where size % 2 = 1)', 'bigint') } }),
    by_name: view('select name, events, size from star.by_kind join star.dim_kind using (kind_key)'),
    sizes: table("select size, count(*) as reads from star.fact_read where 'star.fact_read' <> '' group by 1", { uniqueKey: ['size'] }),
    twice: table('select sum(reads) as reads from "star"."sizes"'),
  },
  rejects: { share: 1 },
});
`),
  );
  return folder;
}

const withoutLabels = (text: string) => text.replace(/^ *label_key: .*\n/m, '');

/** Events of 40 ids: later and earlier ones, ties of equal and of other content, deletions, the key twice in a file. */
function linesOf(file: number): string[] {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const id = (i * 7 + file * 3) % 40;
    const hour = (i * 5 + file * 11) % 9;
    const gone = (i + file) % 11 === 0;
    return `${id},2024-01-01 0${hour}:00:00,${gone},kind ${(i + file) % 4},label ${id % 5},${(i * i + file) % 6}`;
  });
  return [...rows, ...rows.slice(0, 5), 'x,y,,,,'];
}

interface Opened extends TestSite {
  /** The second file is compressed. */
  land(file: number, lines?: readonly string[]): Promise<Receipt>;
}

const nameOf = (file: number) => (file === 2 ? '2.csv.gz' : `${file}.csv`);

const sites: TestSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

async function opened(
  mode: Mode,
  {
    folder = tempFolder(),
    database,
    edited,
  }: { folder?: string; database?: TestDatabase; edited?: (text: string) => string } = {},
): Promise<Opened> {
  const datasets = [define(join(folder, 'datasets'), mode, edited)];
  const site = await testSite({ backend: 'postgres', folder, datasets, chunkBytes: 1024, database });
  sites.push(site);
  const land = (file: number, lines: readonly string[] = linesOf(file)) => {
    const path = join(folder, nameOf(file));
    const text = `${['id,at,gone,kind,label,size', ...lines].join('\n')}\n`;
    writeFileSync(path, file === 2 ? gzipSync(text) : text);
    return site.drop('reads', path);
  };
  return { ...site, land };
}

/** As `landfall rebuild reads`, with the definition of another mode. */
function rebuilt(site: TestSite, mode: Mode, options: Partial<RebuildOptions> = {}): Promise<Rebuilt> {
  // The site's own definition stays as it is.
  return rebuildHere(site, define(join(site.folder, 'next'), mode), 'reads', options);
}

/**
 * Everything that people read, and everything that decides what they read next. Events that are equal in all values may
 * come from any chunk of their file: which of them counts, nobody can tell.
 */
async function contents(site: TestSite) {
  const chunk = `(select f.name from landfall.chunk c join landfall.file f using (file_id) where c.chunk_id = t.chunk_id)`;
  const relations = await site.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text order by a.attname) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not attisdropped
     where c.relnamespace = 'star'::regnamespace and c.relkind in ('r', 'v', 'm') and c.relname !~ '^_' group by 1 order by 1`,
  );
  const named: Record<string, string> = {
    chunk_id: `${chunk} as chunk_id`,
    kind_key: `(select name from star.dim_kind d where d.kind_key = t.kind_key) as kind_key`,
    label_key: `(select label from star.dim_label d where d.label_key = t.label_key) as label_key`,
  };
  const all: Record<string, string[]> = {};
  for (const { name, columns } of relations) {
    const list = columns
      .filter((column) => column !== '_row')
      .map((column) => named[column] ?? `"${column}"`);
    const rows = await site.query<{ row: string }>(
      `select row_to_json(r)::text as row from (select ${list.join(', ')} from star."${name}" t) r order by 1`,
    );
    all[name] = rows.map(({ row }) => row);
  }
  const indexes = await site.query(
    `select indexname, indexdef from pg_indexes where schemaname = 'star' and tablename !~ '^_' order by 1`,
  );
  return { all, indexes };
}

/** Nothing is left of a build, every file is accounted for, and rollups are what their definition says. */
async function sound(site: TestSite): Promise<void> {
  expect(
    await site.query(
      `select relname from pg_class where relname ~ '^_+rebuilt_' and relkind in ('r', 'v', 'm')`,
    ),
  ).toEqual([]);
  const tools = await toolsOf(site);
  for (const file of await tools.ledger.files({ dataset: 'reads', states: ['done'] }))
    expect((await verifyFile(tools, file)).checks.filter(({ ok }) => !ok)).toEqual([]);
  const audits = await auditRollups(site.database.pool, 'reads');
  expect(audits.map(({ rollup, different }) => [rollup, different])).toEqual([['by_kind', 0]]);
}

const loaded = { status: 'done', rows: { loaded: 65, rejected: 1 } };

/** From one mode to another: the first few in `npm test`, all in long runs. */
const changes: readonly (readonly [Mode, Mode])[] = [
  ['append', 'byId'],
  ['byId', 'byKind'],
  ['byId', 'versions'],
  ['versions', 'kept'],
  ['byId', 'bySize'],
  ['byId', 'append'],
];
const changesWithFiles: readonly (readonly [Mode, Mode])[] = [
  ['append', 'byId'],
  ['byId', 'byKind'],
  ['append', 'append'],
  ['byId', 'byId'],
];

it.each(changes.slice(0, plays(3, changes.length)))(
  'is a fresh load: %s, then %s',
  { timeout: 120_000 },
  async (before, after) => {
    const site = await opened(before);
    const fresh = await opened(after);
    for (const file of [1, 2]) expect(await site.land(file)).toMatchObject(loaded);
    for (const file of [1, 2, 3]) expect(await fresh.land(file)).toMatchObject(loaded);

    // A file lands when the first one has been read.
    let reads = 0;
    const onFile = async () => {
      if (++reads === 2) expect(await site.land(3)).toMatchObject(loaded);
    };
    expect(await rebuilt(site, after, { onFile })).toEqual({ files: 3, rows: 195 });
    expect(await contents(site)).toEqual(await contents(fresh));
    await sound(site);

    define(join(site.folder, 'datasets'), after);
    await undone(site, nameOf(2));
    await undone(fresh, nameOf(2));
    expect((await contents(site)).all).toEqual((await contents(fresh)).all);
    await sound(site);
  },
);

it.each(changesWithFiles.slice(0, plays(2, changesWithFiles.length)))(
  'has a file that is loaded during its last step: %s, then %s',
  { timeout: 120_000 },
  async (before, after) => {
    const site = await opened(before);
    const fresh = await opened(after);
    for (const file of [1, 3, 4]) expect(await fresh.land(file)).toMatchObject(loaded);
    await site.land(1);
    // The second file is read in the last step, when others cannot end.
    let landing: Promise<Receipt> | undefined;
    const onFile = async ({ name }: { name: string }) => {
      if (name === nameOf(1)) await site.land(3);
      if (name !== nameOf(3)) return;
      landing = site.land(4);
      await vi.waitFor(
        async () =>
          expect(await site.query('select state from landfall.file where name = $1', [nameOf(4)])).toEqual([
            { state: 'finalising' },
          ]),
        { timeout: 30_000 },
      );
    };
    expect(await rebuilt(site, after, { onFile })).toEqual({ files: 3, rows: 195 });
    expect(await landing).toMatchObject(loaded);
    expect((await contents(site)).all).toEqual((await contents(fresh)).all);
    await sound(site);
  },
);

it('waits for whoever makes the star meanwhile, and does not keep him waiting', {
  timeout: 60_000,
}, async () => {
  const site = await opened('byId');
  await site.land(1);
  const more = (text: string) =>
    text.replace('marts: {', "marts: { more: rollup({ by: ['kind_key'], measures: { events: count() } }),");
  const registry = await loadRegistry({
    builtin: [],
    paths: [define(join(site.folder, 'more'), 'byId', more)],
    home: sharedHome(),
  });
  let made: Promise<void> | undefined;
  const onFile = async ({ name }: { name: string }) => {
    if (name === nameOf(1)) await site.land(3);
    else made = new StarSink(site.database.pool).setUp(registry.get('reads')!);
  };
  expect(await rebuilt(site, 'byId', { onFile })).toEqual({ files: 2, rows: 130 });
  await made;
  const audits = await auditRollups(site.database.pool, 'reads');
  expect(audits.map(({ rollup, different }) => [rollup, different])).toEqual([
    ['by_kind', 0],
    ['more', 0],
  ]);
});

it('that died leaves nothing to marts that change afterwards', { timeout: 60_000 }, async () => {
  const site = await opened('byId');
  await site.land(1);
  const { pool } = site.database;
  const of = async (folder: string) =>
    (await loadRegistry({ builtin: [], paths: [folder], home: sharedHome() })).get('reads')!;
  const next = await of(define(join(site.folder, 'next'), 'bySize'));
  await makeBeside(pool, next);
  await inTransaction(pool, (client) => makeMartsBeside(client, next));
  const edited = (text: string) => text.replace('select name, events, size from', 'select size, events from');
  await new StarSink(pool).setUp(await of(define(join(site.folder, 'more'), 'byId', edited)));
  expect(await site.query('select sum(reads)::int as reads from star.sizes')).toEqual(
    await site.query('select count(*)::int as reads from star.fact_read'),
  );
  expect(await site.query('select sum(events)::int as reads from star.by_name')).toEqual(
    await site.query('select count(*)::int as reads from star.fact_read'),
  );
  await rebuilt(site, 'bySize');
  await sound(site);
});

it('gives members of a new dimension their attributes, though an earlier try ended half-way', {
  timeout: 120_000,
}, async () => {
  const site = await opened('byId', { edited: withoutLabels });
  const fresh = await opened('byId');
  for (const file of [1, 3, 4]) await site.land(file);
  for (const file of [3, 4]) await fresh.land(file);
  const ended = new Error('ended');
  const onFirst = ({ name }: { name: string }) => {
    if (name === nameOf(3)) throw ended;
  };
  await expect(rebuilt(site, 'byId', { onFile: onFirst })).rejects.toBe(ended);
  let reads = 0;
  const onFile = async () => {
    if (++reads === 3) await undone(site, nameOf(1));
  };
  expect(await rebuilt(site, 'byId', { onFile })).toEqual({ files: 2, rows: 130 });
  const { all } = await contents(fresh);
  expect(all.dim_label.some((row) => row.includes('kind '))).toBe(true);
  expect((await contents(site)).all.dim_label_observed).toEqual(all.dim_label_observed);
  expect((await contents(site)).all.fact_read).toEqual(all.fact_read);
  const kinds = 'select label, kind from star.dim_label where label is not null order by 1';
  expect(await site.query(kinds)).toEqual(await fresh.query(kinds));
  await sound(site);
});

it('is asked for where a file lands, and lets it in', { timeout: 120_000 }, async () => {
  const folder = tempFolder();
  const database = await testDatabase();
  const before = await opened('byId', { folder, database });
  await before.land(1);
  await before.close();
  const site = await opened('versions', { folder, database });
  sites.splice(0);
  try {
    const refused = await site.land(3);
    expect(refused).toMatchObject({ status: 'failed', error: { code: 'LF_MODE_CHANGED' } });
    expect(refused.error!.fix).toContain('landfall rebuild reads');
    const run = await commandOf(site, 'postgres')('rebuild', 'reads', '--json');
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toEqual({ dataset: 'reads', files: 1, rows: 65 });
    expect(await replayed(site, nameOf(3))).toMatchObject(loaded);
    await sound(site);
  } finally {
    await site.close();
    await database.drop();
  }
});

it('begins again where a file is undone meanwhile', { timeout: 120_000 }, async () => {
  const site = await opened('byId');
  for (const file of [1, 2]) await site.land(file);
  const read: string[] = [];
  const onFile = async ({ name }: { name: string }) => {
    read.push(name);
    if (read.length === 2) await undone(site, nameOf(1));
  };
  expect(await rebuilt(site, 'bySize', { onFile })).toEqual({ files: 1, rows: 65 });
  expect(read).toEqual([nameOf(1), nameOf(2), nameOf(2)]);
  await sound(site);
});

it('leaves everything as it is where the new definition rejects a loaded row', {
  timeout: 120_000,
}, async () => {
  const site = await opened('byId');
  await site.land(1, ['1,2024-01-01 00:00:00,false,,label,1', '2,2024-01-01 00:00:00,false,kind,label,2']);
  const before = await contents(site);
  const error = await rebuilt(site, 'byKind').catch((error) => error);
  expect(error).toMatchObject({ code: 'LF_REBUILD_ROWS' });
  expect(error.message).toBe('Chunk 0 of 1.csv has 2 loaded rows, but the current definition accepts 1.');
  expect(await contents(site)).toEqual(before);
  await sound(site);
});

it('is refused where a person has a view of the facts, which stays', { timeout: 120_000 }, async () => {
  const site = await opened('byId');
  await site.land(1);
  await site.query('create view star.mine as select count(*) from star.fact_read');
  await expect(rebuilt(site, 'bySize')).rejects.toMatchObject({
    code: 'LF_MART_HELD',
    message: expect.stringContaining('star.mine'),
  });
  expect(await site.query('select count::int from star.mine')).toEqual(
    await site.query('select count(*)::int from star.fact_read'),
  );
  await sound(site);
});

it('leaves the files of a coordinator that still has the old definition out', {
  timeout: 120_000,
}, async () => {
  const site = await opened('byId');
  await site.land(1);
  await rebuilt(site, 'byKind');
  expect(await site.land(3)).toMatchObject({ status: 'failed', error: { code: 'LF_MODE_CHANGED' } });
  await sound(site);
});
