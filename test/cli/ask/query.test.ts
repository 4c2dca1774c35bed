/** `landfall query`, `psql` and `url` as a user runs them, on a dataset whose rows are replaced. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../../cli/program.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { landfall, root } from '../run.ts';

const definition = `import { defineDataset, integer, text, upsert } from 'landfall';
export default defineDataset({
  name: 'people',
  columns: { id: integer({ required: true }), name: text(), city: text(), n: integer({ required: true }) },
  lake: { partitionBy: ['city'] },
  mode: upsert({ key: ['id'], orderBy: 'n' }),
  star: { fact: 'fact_person', columns: ['id', 'name', 'city', 'n'] },
  queries: {
    in_city: {
      description: 'People of a city',
      parameters: { city: { type: 'text' }, limit: { type: 'integer', default: 10 } },
      sql: 'select id, name from star.fact_person where city = :city order by id limit :limit',
    },
  },
});
`;

describe('asking', () => {
  const cwd = tempFolder();
  let database: TestDatabase;
  let env: Record<string, string>;
  beforeAll(async () => {
    database = await testDatabase();
    env = { DATABASE_URL: database.url, LANDFALL_WORKERS: '1', LANDFALL_DATASETS: '' };
    mkdirSync(join(cwd, 'datasets'));
    writeFileSync(join(cwd, 'datasets/people.ts'), definition);
    writeFileSync(join(cwd, 'a.csv'), 'id,name,city,n\n1,Ada,Prague,1\n2,Bob,Turin,1\n3,,Prague,1\n');
    writeFileSync(join(cwd, 'b.csv'), 'id,name,city,n\n1,Ada L.,Lyon,2\n');
    for (const file of ['a.csv', 'b.csv'])
      expect(await landfall(['ingest', file, '--dataset', 'people'], { cwd, env })).toMatchObject({
        code: 0,
      });
  });
  afterAll(() => database.drop());

  const run = (...args: string[]) => landfall(args, { cwd, env });
  const all = 'select id, name, city from %s order by id';
  const inStar = all.replace('%s', 'fact_person');
  const inLake = all.replace('%s', 'people');

  it('prints a table, and cuts it only with a word', async () => {
    expect(await run('query', inStar)).toEqual({
      code: 0,
      stdout:
        'id  name    city\n──  ──────  ──────\n 1  Ada L.  Lyon\n 2  Bob     Turin\n 3  –       Prague\n(3 rows)\n',
      stderr: '',
    });
    const cut = await run('query', 'select generate_series(1, 1001)');
    expect(cut.stdout).toContain('(1,000 rows)');
    expect(cut.stderr).toContain('--rows');
    expect((await run('query', 'select generate_series(1, 1001)', '--rows', '1001')).stderr).toBe('');
  });

  it('shows the lake as the star, and as it was before the second file', async () => {
    const now = await run('query', '--lake', inLake);
    expect(now).toEqual(await run('query', inStar));
    const [{ first }] = (
      await database.pool.query(
        `select min(snapshot_id) as first from landfall.snapshot where dataset = 'people'`,
      )
    ).rows;
    const then = await run('query', '--lake', inLake, '--as-of', String(first), '--format', 'csv');
    expect(then.stdout).toBe('id,name,city\n1,Ada,Prague\n2,Bob,Turin\n3,,Prague\n');
    expect((await run('query', '--lake', 'show tables', '--format', 'csv')).stdout).toBe('name\npeople\n');
  });

  it('runs named queries, whose parameters are options', async () => {
    const one = ['query', '--named', 'people/in_city', '--city', 'Prague', '--format', 'json'];
    expect((await run(...one)).stdout).toBe('[\n{"id":3,"name":null}\n]\n');
    expect((await run(...one, '--limit=0')).stdout).toBe('[]\n');
    const wrong = await run('query', '--named', 'people/in_city', '--limit', 'many', '--town', 'Prague');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(
      /town is not a parameter of in_city.*city \(text\) is missing.*limit: "many"/,
    );
    expect((await run('query', '--named', 'people/all')).stderr).toContain(
      'people has no query all; it has in_city',
    );
  });

  it('writes files, whole or not at all', async () => {
    for (const name of ['people.arrow', 'people.parquet'])
      expect(await run('query', '--lake', inLake, '--out', name)).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
    const table = tableFromIPC(readFileSync(join(cwd, 'people.arrow')));
    expect([...table.getChild('name')!]).toEqual(['Ada L.', 'Bob', null]);
    const again = await run('query', '--lake', `select * from 'people.parquet'`);
    expect(again.stdout).toBe((await run('query', inStar)).stdout);
    const late = await run(
      'query',
      'select 1 / (9000 - n) from generate_series(1, 9000) n',
      '--out',
      'late.csv',
    );
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('division by zero')]);
    const nowhere = await run('query', 'select 1', '--out', 'no/such/folder.csv');
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('LF_SQL_OUTPUT')]);
    expect(['late.csv', 'late.csv.partial'].filter((name) => existsSync(join(cwd, name)))).toEqual([]);
  });

  it('opens psql with the star on its path, and says so where there is none', async () => {
    const { stdout } = await run('psql', '-At', '-c', 'select count(*) from fact_person');
    expect(stdout).toBe('3\n');
    const without = await landfall(['psql'], { cwd, env: { ...env, PATH: cwd } });
    expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('LF_PSQL_MISSING')]);
  });

  it('prints the address, without the password unless it is asked for', async () => {
    const { password } = new URL(database.url);
    const masked = await run('url');
    expect(masked.stdout).toMatch(/^postgres(ql)?:\/\//);
    if (password !== '') expect(masked.stdout).not.toContain(password);
    expect((await run('url', '--show-password')).stdout.trim()).toBe(database.url);
  });

  it('doctor says how', async () => {
    expect((await run('doctor')).stdout).toContain('landfall query "select …"');
  });
});

it.each([
  [[], /no SQL, as in/],
  [['select', '1'], /one argument, in quotes; "1" follows/],
  [['select 1', '--region', 'Prague'], /no option --region/],
  [['select 1', '--as-of', '3'], /--as-of is for --lake/],
  [['select 1', '--out', 'answer.xlsx'], /says no format/],
  [['--named', 'trips'], /takes DATASET\/QUERY/],
  [['--named', 'trips/weekly_average', '--region'], /--region has no value/],
  [['--named', 'trips/weekly_average', 'select 1'], /takes no SQL/],
  [['--named', 'trips/weekly_average', '--lake'], /leave out --lake/],
])('refuses query %j with the reason', async (args, said) => {
  const program = await buildProgram('query');
  const calling = program.parseAsync(['node', 'landfall', 'query', ...args]);
  await expect(calling).rejects.toMatchObject({ code: 'LF_USAGE', message: expect.stringMatching(said) });
});

it('says which command installs DuckDB, where there is none', async () => {
  const { loadDuckDb } = await import('../../../coordinator/ask/load-duckdb.ts');
  expect(await loadDuckDb()).toHaveProperty('DuckDBInstance');
  const { LandfallError } = await import('../../../platform/errors/errors.ts');
  const missing = new LandfallError('LF_DUCKDB_MISSING');
  expect(missing.fix).toContain('npm install @duckdb/node-api');
  const { peerDependenciesMeta, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(peerDependenciesMeta['@duckdb/node-api']).toEqual({ optional: true });
  expect(dependencies).not.toHaveProperty('@duckdb/node-api');
});
