/** The built command as a user runs it: standard output, exit codes, files left where they were. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, tempFolder, testDatabase } from '../support/index.ts';
import { landfall, main } from './run.ts';

/** A dataset of one column. */
const ownDefinition = (name: string) => `import { defineDataset, text } from 'landfall';
export default defineDataset({
  name: '${name}',
  columns: { a: text() },
  star: { fact: 'fact_${name}', columns: ['a'] },
});
`;

/** What doctor looks at, in its order. */
const looks = ['node', 'database', 'queue', 'landing', 'lake', 'archive', 'datasets'];

/** An entry of the log as a line of text, or as JSON. */
const logged = /^\d\d:\d\d:\d\d |"level"/m;

describe('commands', () => {
  const cwd = tempFolder();
  let database: TestDatabase;
  let env: Record<string, string>;
  beforeAll(async () => {
    database = await testDatabase();
    env = { DATABASE_URL: database.url, LANDFALL_WORKERS: '1' };
  });
  afterAll(() => database.drop());

  const run = (...args: string[]) => landfall(args, { cwd, env });

  it('generate writes the same bytes for the same seed, and others for another', async () => {
    for (const [out, seed] of [
      ['a.csv', '7'],
      ['b.csv', '7'],
      ['c.csv', '8'],
    ]) {
      expect(await run('generate', 'trips', '--rows', '2000', '--seed', seed, '--out', out)).toMatchObject({
        code: 0,
        stdout: '',
      });
    }
    const [a, b, c] = ['a.csv', 'b.csv', 'c.csv'].map((name) => readFileSync(join(cwd, name)));
    expect(a.equals(b)).toBe(true);
    expect(a.equals(c)).toBe(false);
    expect(a.toString().trimEnd().split('\n')).toHaveLength(2001);
  });

  it('stops without a word when what reads its output has ended', async () => {
    const child = spawn(process.execPath, [main, 'ingest', '--help'], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const [said, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ said, code, signal }).toEqual({ said: '', code: null, signal: 'SIGTERM' });
  });

  it('ingest --json prints one object per file and nothing else, and leaves the file where it is', async () => {
    const { code, stdout } = await run('ingest', 'a.csv', '--dataset', 'trips', '--json');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    const result = JSON.parse(lines[0]);
    expect(Object.keys(result).slice(0, 9)).toEqual([
      'file',
      'dataset',
      'status',
      'rows',
      'bytes',
      'parts',
      'seconds',
      'rowsPerSecond',
      'receipt',
    ]);
    expect(result).toMatchObject({
      file: 'a.csv',
      dataset: 'trips',
      status: 'done',
      rows: { parsed: 2000, loaded: 2000, rejected: 0, deduplicated: 0 },
      bytes: statSync(join(cwd, 'a.csv')).size,
    });
    expect(result.receipt.checks.every((check: { ok: boolean }) => check.ok)).toBe(true);
    expect(existsSync(join(cwd, 'a.csv'))).toBe(true);
    expect((await database.pool.query('select count(*)::int as n from star.fact_trip')).rows).toEqual([
      { n: 2000 },
    ]);
  });

  it('ingest finds the dataset by the header, loads several files, and knows one it has loaded', async () => {
    const { code, stdout } = await run('ingest', 'b.csv', 'c.csv', '--json');
    expect(code).toBe(0);
    const results = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(results.map(({ file, status, dataset }) => [file, status, dataset])).toEqual([
      ['b.csv', 'duplicate', 'trips'],
      ['c.csv', 'done', 'trips'],
    ]);
    expect((await database.pool.query('select count(*)::int as n from star.fact_trip')).rows).toEqual([
      { n: 4000 },
    ]);
  });

  it('ingest ends with 1 for a file that is missing, 3 for one past its reject limit', async () => {
    const missing = await run('ingest', 'nowhere.csv', '--dataset', 'trips', '--json');
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.stdout)).toMatchObject({
      file: 'nowhere.csv',
      status: 'failed',
      error: { code: 'LF_FILE_MISSING' },
    });
    const folder = await run('ingest', '.', '--dataset', 'trips', '--json');
    expect([folder.code, JSON.parse(folder.stdout).error.code]).toEqual([1, 'LF_FILE_KIND']);
    const rows = readFileSync(join(cwd, 'c.csv'), 'utf8').split('\n');
    writeFileSync(
      join(cwd, 'dirty.csv'),
      rows.map((row, i) => (i > 0 ? row.replace('2018', 'MMXVIII') : row)).join('\n'),
    );
    const dirty = await run('ingest', 'dirty.csv', '--dataset', 'trips');
    expect(dirty.code).toBe(3);
    expect(dirty.stdout).toContain('LF_REJECT_LIMIT');
    expect(dirty.stderr).not.toMatch(logged);
    // A worker finds out what is wrong with this one, where the coordinator counted the rejects of the other.
    const packed = gzipSync(rows.join('\n'));
    writeFileSync(join(cwd, 'damaged.csv.gz'), packed.fill(0, packed.length >> 1));
    const damaged = await run('ingest', 'damaged.csv.gz', '--dataset', 'trips');
    expect([damaged.code, damaged.stdout]).toEqual([1, expect.stringContaining('LF_UNPACK')]);
    expect(damaged.stderr).not.toMatch(logged);
    const unknown = await run('ingest', 'a.csv', '--dataset', 'planets');
    expect(unknown.code).toBe(2);
    expect(unknown.stdout + unknown.stderr).toContain('trips');
  });

  it('status and rejects tell what the ledger knows', async () => {
    const status = JSON.parse((await run('status', '--json')).stdout);
    expect(status.totals.rows.loaded).toBe(4000);
    expect(status.files.map((file: { state: string }) => file.state).sort()).toEqual([
      'done',
      'done',
      'duplicate',
      'failed',
      'failed',
    ]);
    expect((await run('status')).stdout).toContain('a.csv');
    const rejects = JSON.parse((await run('rejects', 'dirty.csv', '--limit', '3', '--json')).stdout);
    expect(rejects.counts.LF_REJECT_TYPE).toBeGreaterThan(0);
    expect(rejects.kinds[0]).toMatchObject({ code: 'LF_REJECT_TYPE', column: 'datetime' });
    expect(rejects.kinds[0].examples).toHaveLength(3);
    expect(rejects.kinds[0].examples[0]).toMatchObject({ line: 2, byteOffset: expect.any(Number) });
    expect((await run('rejects', 'unheard-of.csv')).code).toBe(1);
  });

  it('ddl prints SQL and touches nothing; doctor looks at everything', async () => {
    const ddl = await run('ddl', 'citibike');
    expect(ddl).toMatchObject({ code: 0 });
    expect(ddl.stdout).toMatch(/create table if not exists .*fact_ride/);
    expect((await database.pool.query(`select to_regclass('star.fact_ride') as t`)).rows).toEqual([
      { t: null },
    ]);
    // The sources of examples are nobody's where all of them are there.
    const doctor = await landfall(['doctor', '--json'], {
      cwd,
      env: { ...env, LANDFALL_DATASETS: 'example:*' },
    });
    expect(doctor.code).toBe(0);
    const { findings, settings } = JSON.parse(doctor.stdout);
    expect(findings.map(({ name }: { name: string }) => name)).toEqual(looks);
    expect(JSON.stringify(settings)).not.toContain(new URL(database.url).password || 'no password to hide');
    const broken = await landfall(['doctor'], {
      cwd,
      env: { DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none' },
    });
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain('✗ database');
    expect(broken.stdout + broken.stderr).not.toContain('secret');
  });

  it('doctor says what is wrong with each definition, and looks at everything else', async () => {
    const site = tempFolder();
    const define = (name: string, text: string) => {
      mkdirSync(join(site, 'datasets', name), { recursive: true });
      writeFileSync(join(site, 'datasets', name, 'dataset.ts'), text);
    };
    define('good', ownDefinition('good'));
    define('one', ownDefinition('twin'));
    define('broken', 'export default {');
    define('empty', 'export const nothing = 1;');
    define('mistaken', ownDefinition('mistaken').replace("['a']", "['b']"));
    define('two', ownDefinition('twin'));
    const own = { ...env, LANDFALL_DATASETS: '' };
    const { code, stdout } = await landfall(['doctor', '--json'], { cwd: site, env: own });
    expect(code).toBe(1);
    const findings: { name: string; ok: boolean; detail: string; fix?: string }[] =
      JSON.parse(stdout).findings;
    expect(findings.filter(({ ok }) => ok).map(({ name }) => name)).toEqual(looks);
    expect(findings.find(({ name }) => name === 'datasets')?.detail).toBe('good');
    const wrong = findings.filter(({ ok }) => !ok);
    expect(wrong.map(({ detail }) => /datasets\/(\w+)\//.exec(detail)?.[1])).toEqual([
      'broken',
      'empty',
      'one',
      'two',
      'mistaken',
    ]);
    for (const { name, fix } of wrong) expect([name, typeof fix]).toEqual(['dataset', 'string']);
  });

  it('doctor names the variables that reference tables need', async () => {
    const site = tempFolder();
    mkdirSync(join(site, 'datasets', 'sales'), { recursive: true });
    writeFileSync(
      join(site, 'datasets', 'sales', 'dataset.ts'),
      `import { defineDataset, env, integer, join, reference, text } from 'landfall';
      const columns = { id: integer(), title: text() };
      const plans = reference({ name: 'plans', query: 'select * from plan', url: env('PLANS_URL'), key: 'id', columns });
      export default defineDataset({
        name: 'sales',
        columns: { plan: integer() },
        enrich: (c) => ({ title: join(plans, c.plan, 'title') }),
        star: { fact: 'fact_sale', columns: ['title'] },
      });`,
    );
    const look = async (variables: Record<string, string>) => {
      const own = { ...env, LANDFALL_DATASETS: '', ...variables };
      const { stdout } = await landfall(['doctor', '--json'], { cwd: site, env: own });
      return JSON.parse(stdout).findings.find(({ name }: { name: string }) => name === 'references');
    };
    expect(await look({})).toMatchObject({ ok: false, detail: 'PLANS_URL not set in the environment' });
    expect(await look({ PLANS_URL: 'postgres://x' })).toMatchObject({ ok: true, detail: 'set: PLANS_URL' });
  });

  it('names every mistake in the settings at once', async () => {
    const { code, stderr } = await landfall(['status'], {
      cwd,
      env: { LANDFALL_PORT: 'http', LANDFALL_WORKERS: '-3', REDIS_URL: 'ftp://x' },
    });
    expect(code).toBe(2);
    for (const name of ['LANDFALL_PORT', 'LANDFALL_WORKERS', 'REDIS_URL']) expect(stderr).toContain(name);
  });

  it('ingest loads the 49 good rows of 50, and shows the bad one', async () => {
    const lines = readFileSync(join(cwd, 'c.csv'), 'utf8').split('\n').slice(0, 51);
    lines[20] = lines[20].replace('2018', 'MMXVIII');
    writeFileSync(join(cwd, 'fifty.csv'), lines.join('\n'));
    const { code, stdout } = await run('ingest', 'fifty.csv', '--dataset', 'trips');
    expect([code, stdout]).toEqual([0, expect.stringContaining('50 rows parsed = 49 loaded + 1 rejected')]);
    expect(stdout).toContain('1 × LF_REJECT_TYPE');
    expect((await run('rejects', 'fifty.csv')).stdout).toMatch(/line 21, byte [\d,]+: datetime: "MMXVIII/);
    const { rows } = await database.pool.query(
      "select landfall.receipt_of(f) as receipt from landfall.file f where name = 'fifty.csv'",
    );
    expect(rows[0].receipt).toMatchObject({ rows: { rejected: 1 }, rejectsByCode: { LF_REJECT_TYPE: 1 } });
    expect((await run('undo', 'fifty.csv')).code).toBe(0);
  });
});
