/** Files of a dataset whose facts are packed go through everything that those of others do. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isBroken, verifyFiles } from '../../../coordinator/commands/verify.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { StarSink } from '../../../sinks/postgres/star-sink.ts';
import { sharedHome, tempFolder, testDatabase } from '../../support/index.ts';
import {
  account,
  csv,
  definition,
  exported,
  header,
  rebuildHere,
  replayed,
  rows,
  toolsOf,
  undone,
} from '../again.ts';
import { serverOf, versions } from '../servers/system-server.ts';
import { type TestSite, testSite } from '../site.ts';

const sites: TestSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

async function opened(
  options: Parameters<typeof definition>[1] = {},
  more: Partial<Parameters<typeof testSite>[0]> = {},
): Promise<TestSite> {
  const { folder = tempFolder() } = more;
  const datasets = [definition(folder, { layout: 'packed', ...options })];
  const site = await testSite({ backend: 'postgres', chunkBytes: 1024, datasets, ...more, folder });
  sites.push(site);
  return site;
}

const drop = (site: TestSite, name: string, ...lines: readonly string[]) =>
  site.drop('riders', csv(tempFolder(), name, [header, ...lines]));

const ids = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

/** Star, lake, mart and ledger agree on these rows, in each file. */
async function expectHeld(site: TestSite, wanted: readonly number[]): Promise<void> {
  const held = await account(site);
  expect(held).toMatchObject({ ids: wanted, lake_rows: wanted.length, mart: wanted.length });
  const days = await site.query<{ id: number; at: string; name: string }>(
    `select id, at::text, name from star.fact_rider join star.dim_rider using (rider_key) order by id`,
  );
  const ofRow = (id: number) => {
    const [, name, at] = rows(id, 1)[0].split(',');
    return { id, at: `${at}+00`, name };
  };
  expect(days).toEqual(wanted.map(ofRow));
  const files = await site.query<{ file_id: number }>(
    `select file_id from landfall.file where state = 'done'`,
  );
  const verified = await verifyFiles(
    await toolsOf(site),
    files.map(({ file_id }) => file_id),
  );
  expect(verified.filter(isBroken)).toEqual([]);
  expect(verified.length).toBe(files.length);
}

describe('packed facts', () => {
  it('are undone, replayed, replaced and corrected, in files large and small', async () => {
    const site = await opened({ versions: 'replace' });
    await drop(site, 'large.csv', ...rows(1, 200));
    const small = await Promise.all(
      [201, 204, 207].map((first) => drop(site, `${first}.csv`, ...rows(first, 3))),
    );
    expect(small.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
    await expectHeld(site, ids(1, 209));

    await undone(site, '204.csv');
    await expectHeld(site, [...ids(1, 203), ...ids(207, 3)]);
    expect(await replayed(site, '204.csv')).toMatchObject({ status: 'done' });
    await expectHeld(site, ids(1, 209));

    // The other version waits in a table of its own until it is whole.
    const next = await drop(site, 'large.csv', ...rows(1, 150), 'x,Rider,2024-01-01 10:00:00');
    expect(next).toMatchObject({ status: 'done', rows: { loaded: 150, rejected: 1 } });
    await expectHeld(site, [...ids(1, 150), ...ids(201, 9)]);
    const staged = await site.query(
      `select relname from pg_class where relname like '_staging%' and relkind = 'r'`,
    );
    expect(staged.length).toBeLessThanOrEqual(1);

    const corrected = (await exported(site, 'large.csv'))
      .toString()
      .replace('x,Rider,2024-01-01 10:00:00', rows(300, 1)[0]);
    writeFileSync(join(site.folder, 'corrected.csv'), corrected);
    const correction = await site.drop('riders', join(site.folder, 'corrected.csv'));
    expect(correction).toMatchObject({ status: 'done', rows: { loaded: 1 } });
    await expectHeld(site, [...ids(1, 150), ...ids(201, 9), 300]);
  });

  it('are told from what the server has not taken', async () => {
    const site = await opened();
    await drop(site, 'first.csv', ...rows(1, 20));
    await site.query(
      `create function star.leave_out() returns trigger language plpgsql as $$ begin new._rows = new._rows - 1; return new; end $$`,
    );
    await site.query(
      `create trigger leave_out before insert on star.fact_rider_packed for each row execute function star.leave_out()`,
    );
    const receipt = await drop(site, 'second.csv', ...rows(21, 20));
    expect(receipt).toMatchObject({ status: 'failed', error: { code: 'LF_INTERNAL' } });
    await site.query('drop trigger leave_out on star.fact_rider_packed');
    await expectHeld(site, ids(1, 20));
  });

  it('grow by columns, and keep every value in its tuple as it is', async () => {
    const database = await testDatabase();
    const folder = tempFolder();
    const site = await opened({}, { folder, database });
    await drop(site, 'first.csv', ...rows(1, 40));
    await closed(site);
    const path = join(folder, 'datasets/riders/dataset.ts');
    const columns =
      'team: text({ optional: true, maxLength: 8 }), size: integer({ optional: true }), at: timestamp(';
    const grown = readFileSync(path, 'utf8')
      .replace('at: timestamp(', columns)
      .replace('dimensions: {', "dimensions: { team_key: lookup('dim_team', { team: 'team' }),")
      .replace("columns: ['id', 'at']", "columns: ['id', 'at', 'size', 'team']")
      .replace('id: integer({ required: true })', 'id: integer()');
    writeFileSync(path, grown);
    const after = await testSite({
      ...{ backend: 'postgres', folder, database, chunkBytes: 1024, datasets: [join(folder, 'datasets')] },
    });
    sites.push(after);
    const more = csv(tempFolder(), 'more.csv', [
      'id,rider,team,size,at',
      '41,Ann,Reds,-7,2024-02-02 10:00:00',
      ',Ann,,,2024-02-02 10:00:00',
    ]);
    expect(await after.drop('riders', more)).toMatchObject({ status: 'done', rows: { loaded: 2 } });
    const shown = await after.query(
      `select id, size, f.team, d.team as member, f.team_key > 0 as known
       from star.fact_rider f join star.dim_team d using (team_key) where id is null or id > 39 order by id`,
    );
    const none = { size: null, team: null, member: null, known: false };
    expect(shown).toEqual([
      { ...none, id: 40 },
      { id: 41, size: -7, team: 'Reds', member: 'Reds', known: true },
      { ...none, id: null },
    ]);
    const kept = await after.query(
      `select attname from pg_attribute where attrelid = 'star.fact_rider_packed'::regclass and attnum > 0
       and attstorage <> 'p'`,
    );
    expect(kept).toEqual([]);
    const tooLong = after.query(
      `update star.fact_rider_packed set id = convert_to(repeat('x', 9000), 'UTF8')`,
    );
    await expect(tooLong).rejects.toThrow('row is too big');
    await closed(after);
    await database.drop();
  });

  it('take the place of rows, and give it back, when the star is rebuilt', async () => {
    const site = await opened({ layout: 'rows' });
    await drop(site, 'first.csv', ...rows(1, 60));
    const kindOf = async () => {
      const [{ kind }] = await site.query(
        `select relkind::text as kind from pg_class where oid = 'star.fact_rider'::regclass`,
      );
      return kind;
    };
    const makeAs = async (layout: 'rows' | 'packed') => {
      const registry = await loadRegistry({
        ...{ builtin: [], home: sharedHome() },
        paths: [definition(join(site.folder, layout), { layout })],
      });
      await new StarSink(site.database.pool).setUp(registry.get('riders')!);
    };
    for (const [was, layout, kind] of [
      ['rows', 'packed', 'v'],
      ['packed', 'rows', 'r'],
    ] as const) {
      expect(await kindOf()).not.toBe(kind);
      await expect(makeAs(layout)).rejects.toMatchObject({ code: 'LF_MODE_CHANGED' });
      await makeAs(was);
      await rebuildHere(site, definition(join(site.folder, layout), { layout }), 'riders');
      expect(await kindOf()).toBe(kind);
      const [{ ids: held }] = await site.query(
        `select array_agg(id order by id) as ids from star.fact_rider`,
      );
      expect(held).toEqual(ids(1, 60));
      const { rows: parts } = await site.database.pool.query(
        `select relname from pg_class where relnamespace = 'star'::regnamespace and relname ~ 'packed|rebuilt' and relkind = 'r'`,
      );
      expect(parts.map(({ relname }) => relname)).toEqual(kind === 'v' ? ['fact_rider_packed'] : []);
    }
  });

  it.skipIf(versions.length === 0)('are refused by a server that cannot read them', async () => {
    const server = await serverOf(versions[0]);
    try {
      const site = await opened({}, { servers: { databaseUrl: `${server.url}/postgres`, redisUrl: null } });
      const receipt = await drop(site, 'first.csv', ...rows(1, 3));
      expect(receipt).toMatchObject({ status: 'failed', error: { code: 'LF_LAYOUT_SERVER' } });
      await closed(site);
    } finally {
      await server.stop();
    }
  });
});

async function closed(site: TestSite): Promise<void> {
  sites.splice(sites.indexOf(site), 1);
  await site.close();
}
