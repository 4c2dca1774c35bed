/** A dataset with the lake alone, through all that can be done with its files. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, expect, it, vi } from 'vitest';
import { landfall } from '../../cli/run.ts';
import { sharedHome, tempFolder } from '../../support/index.ts';
import { commandOf, csv, exported, header, lakeFiles, quarantined, replayed, rows } from '../again.ts';
import { type Backend, committedParts, onBothBackends, type TestSite, testSite } from '../site.ts';

const definition = `import { defineDataset, integer, month, text, timestamp, unique } from 'landfall';
export default defineDataset({
  name: 'readings',
  columns: {
    id: integer({ required: true }),
    rider: text({ required: true }),
    at: timestamp({ required: true, zone: 'UTC' }),
  },
  rules: (c) => ({ once: unique([c.id], { scope: 'file' }) }),
  enrich: (c) => ({ month: month(c.at) }),
  lake: { partitionBy: ['month'] },
  star: 'none',
  rejects: { share: 1 },
  versions: 'replace',
});
`;

/** The same without the rule: small files of it are loaded in groups. */
const plain = definition.replace(/ {2}rules: .*\n/, '').replace("'readings'", "'plain'");

/** The same, but that one reject fails a file. */
const strict = plain.replace('share: 1', 'count: 0').replace("'plain'", "'strict'");

function siteOf(backend: Backend): Promise<TestSite> {
  const folder = tempFolder();
  for (const [name, text] of Object.entries({ readings: definition, plain, strict })) {
    mkdirSync(join(folder, 'datasets', name), { recursive: true });
    writeFileSync(join(folder, 'datasets', name, 'dataset.ts'), text);
  }
  return testSite({ backend, chunkBytes: 1024, folder, serve: true, datasets: [join(folder, 'datasets')] });
}

/** Ids in the parts of files that are done, as a reader of the manifest finds them. */
async function idsIn(site: TestSite): Promise<number[]> {
  const parts = await site.query<{ path: string; chunk: number | null }>(
    'select path, _chunk as chunk from landfall.manifest',
  );
  const found = await Promise.all(
    parts.map(async ({ path, chunk }) => {
      const bytes = await readFile(join(site.folder, 'lake', path));
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
      const rows = await parquetReadObjects({ file: file as ArrayBuffer });
      return rows.filter(({ _chunk }) => chunk === null || _chunk === chunk).map(({ id }) => Number(id));
    }),
  );
  return found.flat().sort((a, b) => a - b);
}

async function tablesOfStar(site: TestSite): Promise<number> {
  const [{ count }] = await site.query<{ count: number }>(
    `select count(*)::int as count from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'v', 'm') and n.nspname not in ('landfall', 'information_schema', 'bullmq', 'public')
       and n.nspname !~ '^pg_'`,
  );
  return count;
}

const ids = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

onBothBackends('a dataset with the lake alone', (backend) => {
  const staged = tempFolder();
  let site: TestSite | undefined;
  afterEach(() => site?.close());

  it('is loaded, rejected, corrected, replaced, undone and replayed', async () => {
    const open = (site = await siteOf(backend));
    const lines = [header, ...rows(1, 90), '190,Rider 1,soon', '191,Rider 1,later', ...rows(1, 1)];
    const receipt = await open.drop('readings', csv(staged, 'a.csv', lines));
    expect(receipt).toMatchObject({
      ...{ status: 'done', rows: { parsed: 93, loaded: 90, rejected: 3 }, starRows: null, lakeRows: 90 },
      rejectsByCode: { LF_REJECT_TYPE: 2, LF_REJECT_UNIQUE: 1 },
    });
    expect(receipt.chunks).toBeGreaterThan(1);
    expect(receipt.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(receipt.checks.map(({ name }) => name)).toContain('rows in the lake');
    expect(receipt.checks.map(({ name }) => name)).not.toContain('rows in the star');
    expect(await idsIn(open)).toEqual(ids(1, 90));
    expect(quarantined(open).length).toBeGreaterThan(0);
    expect(await tablesOfStar(open)).toBe(0);
    const accounts = await open.query<{ accounts: object }>('select accounts from landfall.chunk');
    expect(accounts.map(({ accounts }) => Object.keys(accounts))).toEqual(accounts.map(() => ['lake']));

    const corrected = String(await exported(open, 'a.csv')).replace(',soon\n', ',2024-03-01 08:00:00\n');
    writeFileSync(join(staged, 'corrected.csv'), corrected);
    const more = await open.drop('readings', join(staged, 'corrected.csv'));
    expect(more).toMatchObject({
      rows: { loaded: 2, rejected: 1 },
      starRows: null,
      link: { kind: 'corrects' },
    });
    // A key is unique in its file, and what is corrected is a file of its own.
    expect(await idsIn(open)).toEqual([1, ...ids(1, 90), 190]);

    // What was corrected belongs to the version that is replaced.
    const second = await open.drop('readings', csv(staged, 'a.csv', [header, ...rows(201, 80)]));
    expect(second).toMatchObject({ status: 'done', starRows: null, link: { kind: 'replaces' } });
    expect(await idsIn(open)).toEqual(ids(201, 80));

    const command = commandOf(open, backend);
    expect((await command('undo', String(second.fileId))).stdout).toContain('80 rows');
    expect(await idsIn(open)).toEqual([]);
    expect(lakeFiles(open)).toEqual([]);
    expect(await replayed(open, String(second.fileId))).toMatchObject({ status: 'done', starRows: null });
    expect(await idsIn(open)).toEqual(ids(201, 80));
    expect(lakeFiles(open).map((path) => join(open.folder, 'lake', path))).toEqual(
      await committedParts(open, 'readings'),
    );
  });

  it('takes many small files at once, as one transaction, and is told apart from what is in the star', async () => {
    const open = (site = await siteOf(backend));
    const names = ids(0, 8).map((i) => `${i}.csv`);
    mkdirSync(join(open.folder, 'landing', 'plain'), { recursive: true });
    for (const [i, name] of names.entries()) {
      const path = csv(staged, name, [header, ...rows(1 + 20 * i, 10), `${15 + 20 * i},Rider 1,never`]);
      renameSync(path, join(open.folder, 'landing', 'plain', name));
    }
    for (const name of names) {
      const receipt = await open.receiptOf(name);
      expect(receipt).toMatchObject({ status: 'done', starRows: null, lakeRows: 10, rows: { rejected: 1 } });
      expect(receipt.checks.every(({ ok }) => ok)).toBe(true);
    }
    expect(await idsIn(open)).toEqual(ids(0, 8).flatMap((i) => ids(1 + 20 * i, 10)));
    expect(quarantined(open)).toHaveLength(8);
    const [{ most }] = await open.query<{ most: number }>(
      'select max(n)::int as most from (select count(*) as n from landfall.chunk group by committed_at) as g',
    );
    expect(most).toBeGreaterThan(1);
    // Those of a transaction share a part; only the one that came first had none to share with.
    const [{ objects, folders }] = await open.query<{ objects: number; folders: number }>(
      `select count(distinct path)::int as objects,
         count(distinct regexp_replace(path, '[^/]*$', ''))::int as folders from landfall.manifest`,
    );
    expect(objects).toBeLessThanOrEqual(folders * (names.length - most + 1));
    expect(await tablesOfStar(open)).toBe(0);
  });

  it('has its waiting rejects replayed, with the definition as it is and with one that reads more', async () => {
    const open = (site = await siteOf(backend));
    const lines = [header, ...rows(1, 90), '190,Rider 1,01.02.2024', '191,Rider 1,later'];
    const first = await open.drop('readings', csv(staged, 'a.csv', lines));
    expect(first).toMatchObject({ rows: { loaded: 90, rejected: 2 } });
    const waiting = () =>
      open.query('select file_id, raw from landfall.reject where taken_by is null order by byte_offset');
    const both = await waiting();
    expect(both).toMatchObject([{ file_id: first.fileId }, { file_id: first.fileId }]);

    // Rows that do not fit again wait where they waited.
    expect(await replayed(open, 'a.csv')).toMatchObject({
      ...{ status: 'done', rows: { parsed: 2, loaded: 0, rejected: 2 }, starRows: null, lakeRows: 0 },
      link: { kind: 'replays', fileId: first.fileId },
    });
    expect(await waiting()).toEqual(both);
    expect(await idsIn(open)).toEqual(ids(1, 90));

    const more = definition.replace(
      "zone: 'UTC'",
      "zone: 'UTC', formats: ['yyyy-MM-dd HH:mm:ss', 'dd.MM.yyyy']",
    );
    writeFileSync(join(open.folder, 'datasets', 'readings', 'dataset.ts'), more);
    await vi.waitFor(
      async () => {
        const receipt = await replayed(open, String(first.fileId));
        expect(receipt).toMatchObject({ status: 'done', starRows: null });
        expect(receipt).toMatchObject({ rows: { parsed: 2, loaded: 1, rejected: 1 }, lakeRows: 1 });
      },
      { timeout: 30_000, interval: 100 },
    );
    expect(await waiting()).toMatchObject([{ file_id: first.fileId, raw: '191,Rider 1,later' }]);
    expect(await idsIn(open)).toEqual([...ids(1, 90), 190]);
    expect(await tablesOfStar(open)).toBe(0);
    const command = commandOf(open, backend);
    const audit = await command('audit');
    expect(audit, audit.stdout).toMatchObject({ code: 0, stderr: '' });
    // What was replayed belongs to its file, and leaves with it.
    await command('undo', String(first.fileId));
    expect(await idsIn(open)).toEqual([]);
    expect(lakeFiles(open)).toEqual([]);
    expect(await waiting()).toEqual([]);
  });

  it('fails as a whole and leaves nothing', async () => {
    const open = (site = await siteOf(backend));
    const lines = [header, ...rows(1, 90), '190,Rider 1,soon'];
    expect(await open.drop('strict', csv(staged, 'half.csv', lines))).toMatchObject({
      ...{ status: 'failed', starRows: null, error: { code: 'LF_REJECT_LIMIT' } },
    });
    expect(await open.drop('strict', csv(staged, 'other.csv', ['a,b', '1,2']))).toMatchObject({
      ...{ status: 'failed', starRows: null, error: { code: 'LF_HEADER' } },
    });
    expect(await idsIn(open)).toEqual([]);
    expect(lakeFiles(open)).toEqual([]);
  });
});

it('the command and the page say what a dataset with the lake alone has', async () => {
  const site = await siteOf('postgres');
  try {
    const staged = tempFolder();
    const env = {
      ...{ DATABASE_URL: site.database.url, LANDFALL_HOME: sharedHome(), LANDFALL_WORKERS: '1' },
      LANDFALL_DATASETS: join(site.folder, 'datasets'),
    };
    const command = (...args: string[]) => landfall(args, { cwd: site.folder, env });
    await site.drop('readings', csv(staged, 'a.csv', [header, ...rows(1, 40)]));
    const audit = await command('audit', 'a.csv');
    expect(audit.stderr).toBe('');
    expect(audit).toMatchObject({ code: 0, stdout: expect.stringMatching(/: 40 rows in the lake\n/) });
    expect(audit.stdout).not.toContain('star');
    expect(JSON.parse((await command('audit', 'a.csv', '--json')).stdout)).toMatchObject({
      ...{ starRows: null, lakeRows: 40 },
    });
    const ddl = await command('ddl', 'readings');
    expect(ddl).toMatchObject({ code: 0, stdout: expect.stringContaining('readings has no star') });
    expect(JSON.parse((await command('ddl', 'readings', '--json')).stdout)).toEqual([]);
    expect((await command('status')).stdout).toMatch(/readings\/a\.csv +done/);
    const ingested = await command(
      'ingest',
      csv(staged, 'b.csv', [header, ...rows(101, 30)]),
      '--dataset',
      'readings',
    );
    expect(ingested.stdout).toMatch(/\n {2}lake 30 rows in \d+ parts?, /);
    expect(ingested.stdout).not.toContain('star');

    const { datasets } = (await (await fetch(`${site.url}/api/datasets`)).json()) as { datasets: object[] };
    expect(datasets.find((one) => (one as { name: string }).name === 'readings')).toMatchObject({
      ...{ fact: null, dimensions: [], marts: [], queries: [] },
    });
    const page = await fetch(`${site.url}/api/files`);
    expect(page.status).toBe(200);

    // A part that is gone is told as of any other dataset.
    const [part] = await committedParts(site, 'readings');
    renameSync(part, `${part}.gone`);
    expect(await command('audit', 'a.csv')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('is missing'),
    });
  } finally {
    await site.close();
  }
});
