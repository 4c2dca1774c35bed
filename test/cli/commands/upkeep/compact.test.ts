/** What `landfall compact` prints, and what it refuses. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { buildProgram } from '../../../../cli/program.ts';
import { CompactedSite } from '../../../coordinator/commands/compact/support.ts';

let site: CompactedSite;
beforeAll(async () => {
  site = await CompactedSite.open();
  const { config, database } = site.rig;
  vi.stubEnv('DATABASE_URL', database.url);
  vi.stubEnv('LAKE_URL', config.lakeUrl);
  vi.stubEnv('LANDFALL_HOME', config.home);
});
afterEach(() => {
  process.exitCode = undefined;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await site.rig.close();
});

/** Standard output of the command. */
async function compact(...args: string[]): Promise<string> {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
  try {
    const program = await buildProgram('compact');
    await program.parseAsync(['node', 'landfall', 'compact', ...args]);
  } finally {
    write.mockRestore();
  }
  return printed;
}

it('says in numbers what it has done, or would do', async () => {
  expect(await compact()).toBe('');
  for (const from of [1, 101, 201]) await site.load(`${from}.csv`, from, 10);
  expect(await compact()).toBe('▦ sales: 9 parts, nothing to compact\n');
  expect(await compact('sales', '--min-parts', '2', '--dry-run')).toMatch(
    /^▦ sales: 9 → 3 parts, [\d.]+ kB in 3 partitions would be compacted\n$/,
  );
  const json = JSON.parse(await compact('--min-parts', '3', '--partition', 'shop=shop 1', '--json'));
  expect(json).toEqual({
    dataset: 'sales',
    partitions: { all: 1, compacted: 1, open: 0 },
    parts: { before: 3, after: 1 },
    bytes: { before: expect.any(Number), after: expect.any(Number) },
    rowsDropped: 0,
    deleted: { parts: 0, bytes: 0 },
    skipped: [],
  });
  expect(await compact('sales', '--min-parts', '3', '--keep-replaced', '0', '--target-size', '1GB')).toMatch(
    /^▦ sales: 7 → 3 parts, [\d.]+ kB → [\d.]+ kB in 2 partitions compacted\n {2}9 replaced parts deleted, [\d.]+ kB\n$/,
  );
  await site.expectSound();
});

it('names what cannot be read, and fails', async () => {
  for (const from of [301, 401]) await site.load(`${from}.csv`, from, 10);
  await site.rig.database.pool.query(
    `update landfall.part set bytes = bytes + 1
     where path = (select min(path) from landfall.part where shared_id is null)`,
  );
  const printed = await compact('--min-parts', '2');
  expect(printed).toMatch(
    /\n {2}✗ sales\/shop=\S+ \d\/f\d+-c\d+-\w+\.parquet stays as it is: it has \d+ bytes instead of \d+\n/,
  );
  expect(printed).toContain('landfall verify --repair');
  expect(process.exitCode).toBe(1);
});

it.each([
  [['--target-size', '128'], "--target-size '128' is no size"],
  [['--target-size', '0MB'], "--target-size '0MB' is no size"],
  [['--min-parts', '1'], "--min-parts '1' is no whole number from 2 on"],
  [['--keep-replaced', 'long'], "--keep-replaced 'long' is no duration"],
  [['rides'], 'rides has no files in the lake; these datasets have: sales'],
])('refuses %j', async (args, problem) => {
  await expect(compact(...args)).rejects.toMatchObject({
    code: 'LF_USAGE',
    message: expect.stringContaining(problem),
  });
});
