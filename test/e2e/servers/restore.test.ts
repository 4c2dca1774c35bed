/** The drill of docs/operations/upkeep.md: a dump, a copy of lake and archive, and both restored elsewhere. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type OpenSite, open } from '../../../cli/client/index.ts';
import { landfall, root } from '../../cli/run.ts';
import { sharedHome, tempFolder } from '../../support/index.ts';
import { connected, programOf, serverOf, versions } from './system-server.ts';

/** One that keeps every row, and one that shows the latest event of a key. */
const definition = (name: string, more: string) => `
  import { defineDataset, integer, text, timestamp, upsert, year } from 'landfall';
  export default defineDataset({
    name: '${name}',
    columns: { id: integer({ required: true }), at: timestamp({ required: true }), word: text() },
    enrich: (c) => ({ year: year(c.at) }),
    lake: { partitionBy: ['year'] },
    star: { fact: '${name}', dimensions: {}, columns: ['id', 'at', 'word'] },
    ${more}
  });`;

/** Rows with ids from `first` on, all of this day of January. */
const csv = (first: number, rows: number, day: number) => {
  const lines = Array.from({ length: rows }, (_, i) => `${first + i},2024-01-0${day} 00:00:00,day ${day}`);
  return `id,at,word\n${lines.join('\n')}\n`;
};

const counts = `select (select count(*) from rows) as kept, (select count(*) from keys) as keyed,
  (select count(*) from keys where word = 'day 1') as first`;
const page = readFileSync(join(root, 'docs/operations/upkeep.md'), 'utf8');
const [, readdress] = /```sql\n([\s\S]*?)```/.exec(page)!;
const [version] = versions;

describe.skipIf(version === undefined)('a restored site', () => {
  it('holds what it held at the dump, and resumes', async () => {
    const [server, old, restored] = [await serverOf(version), tempFolder(), tempFolder()];
    const [before, after] = [`${server.url}/before`, `${server.url}/after`];
    const admin = await connected(`${server.url}/postgres`);
    await admin.query('create database before');
    await admin.query('create database after');
    await admin.end();
    const dump = join(old, 'warehouse.dump');
    try {
      await whileOpen(old, before, async (site) => {
        await land(site, old, 'rows/a.csv', csv(1, 500, 1));
        await land(site, old, 'keys/b.csv', csv(1, 100, 1));
        await land(site, old, 'keys/c.csv', csv(51, 100, 2));
        // While it runs: the dump first, then the objects that it names.
        execFileSync(programOf(version, 'pg_dump'), ['--format=custom', '--file', dump, before]);
        for (const name of ['lake', 'archive'])
          cpSync(join(old, name), join(restored, name), { recursive: true });
        await land(site, old, 'rows/late.csv', csv(1000, 50, 3));
      });
      execFileSync(programOf(version, 'pg_restore'), ['--dbname', after, dump]);
      const client = await connected(after);
      // The archive has another address here: what the page says, with these folders.
      await client.query(
        readdress
          .replaceAll('file:///old/', `file://${old}/`)
          .replaceAll('file:///new/', `file://${restored}/`),
      );
      // As if the dump had come between its end and its move to the archive.
      const landed = `file://${restored}/landing/rows/a.csv`;
      await client.query(`update landfall.file set url = $1, away = null where name = 'a.csv'`, [landed]);
      await client.end();

      await whileOpen(restored, after, async (site) => {
        const counted = async () => (await site.query(counts)).rows[0];
        expect(await counted()).toEqual({ kept: '500', keyed: '150', first: '50' });
        const inLake = await site.query('select count(*) as n from rows', { lake: true });
        expect(inLake.rows).toEqual([{ n: '500' }]);
        const away = await site.query(`select name from landfall.file where url not like '%/archive/%'`);
        expect(away.rows).toEqual([]);
        const options = { cwd: restored, env: environment(restored, after) };
        const verified = await landfall(['verify'], options);
        expect([verified.code, verified.stderr]).toEqual([0, '']);

        // What came after the dump is dropped again. What is restored takes part as before.
        await land(site, restored, 'rows/late.csv', csv(1000, 50, 3));
        await land(site, restored, 'keys/d.csv', csv(1, 10, 4));
        expect(await counted()).toEqual({ kept: '550', keyed: '150', first: '40' });
        const undone = await landfall(['undo', 'd.csv'], options);
        const again = await landfall(['replay', 'c.csv', '--whole'], options);
        expect([undone.code, again.code], again.stderr).toEqual([0, 0]);
        expect(await counted()).toEqual({ kept: '550', keyed: '150', first: '50' });
      });
    } finally {
      await server.stop();
    }
  });
});

function environment(folder: string, databaseUrl: string): Record<string, string> {
  const datasets = join(folder, 'datasets');
  return {
    DATABASE_URL: databaseUrl,
    LANDFALL_HOME: sharedHome(),
    LANDFALL_WORKERS: '1',
    LANDFALL_DATASETS: datasets,
  };
}

async function whileOpen(
  folder: string,
  databaseUrl: string,
  work: (site: OpenSite) => Promise<void>,
): Promise<void> {
  mkdirSync(join(folder, 'datasets'), { recursive: true });
  writeFileSync(join(folder, 'datasets/rows.ts'), definition('rows', ''));
  const mode = `mode: upsert({ key: ['id'], orderBy: 'at' }),`;
  writeFileSync(join(folder, 'datasets/keys.ts'), definition('keys', mode));
  const [landingUrl, lakeUrl, archiveUrl] = ['landing', 'lake', 'archive'].map((name) => join(folder, name));
  const places = { home: sharedHome(), databaseUrl, landingUrl, lakeUrl, archiveUrl };
  const datasets = [join(folder, 'datasets')];
  const site = await open({ ...places, datasets, workers: 1, page: false, log: 'error' });
  try {
    await work(site);
  } finally {
    await site.close();
  }
}

/** Drops a file, and waits until it is done and archived. */
async function land(site: OpenSite, folder: string, path: string, text: string): Promise<void> {
  const [dataset, name] = path.split('/');
  const staged = join(folder, 'staged');
  writeFileSync(staged, text);
  mkdirSync(join(folder, 'landing', dataset), { recursive: true });
  renameSync(staged, join(folder, 'landing', path));
  for await (const { files } of site.watch()) {
    const file = files.find((one) => one.name === name);
    if (file?.state === 'failed') throw new Error(file.error?.message);
    if (file?.state === 'done') break;
  }
  const there = `select 1 from landfall.file where name = '${name}' and moving_to is null and url like '%/archive/%'`;
  await vi.waitFor(async () => expect((await site.query(there)).rows).toHaveLength(1), { timeout: 20_000 });
}
