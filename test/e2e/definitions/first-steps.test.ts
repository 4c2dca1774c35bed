/** Definitions as a new user meets them: an empty folder, `up`, `init`, and a broken definition beside it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { landfall, main } from '../../cli/run.ts';
import { tempFolder, testDatabase } from '../../support/index.ts';

it('a folder begins empty, definitions are taken up as they are written, and a broken one stops itself only', async () => {
  const cwd = tempFolder();
  const database = await testDatabase();
  const env = { DATABASE_URL: database.url, LANDFALL_WORKERS: '1', LANDFALL_DATASETS: '' };
  const up = spawn(process.execPath, [main, 'up', '--port', '0'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(up, 'exit');
  let said = '';
  up.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const says = (text: string | RegExp) => vi.waitFor(() => expect(said).toMatch(text), { timeout: 60_000 });
  const run = (...args: string[]) => landfall(args, { cwd, env });
  try {
    await says('there is no dataset yet: `landfall init FILE`');
    expect(readdirSync(join(cwd, 'landing'))).toEqual([]);
    writeFileSync(join(cwd, 'orders.csv'), 'id,customer\n1,Ada\n2,Bob\n');
    expect((await run('init', 'orders.csv')).code).toBe(0);
    await vi.waitFor(() => expect(existsSync(join(cwd, 'landing/orders'))).toBe(true), { timeout: 30_000 });
    mkdirSync(join(cwd, 'datasets/bad'), { recursive: true });
    writeFileSync(join(cwd, 'datasets/bad/dataset.ts'), 'export default {{');
    mkdirSync(join(cwd, 'landing/bad'));
    for (const name of ['bad', 'orders'])
      cpSync(join(cwd, 'orders.csv'), join(cwd, 'landing', name, 'orders.csv'));
    await says(/✓ orders\/orders\.csv: 2 rows/);
    await says(/datasets\/bad\/dataset\.ts cannot be imported/);
    const times = (text: string, part: string) => text.split(part).length - 1;
    expect([times(said, 'cannot be imported'), said]).toEqual([1, expect.not.stringContaining('"LF_DEF')]);
    const beside = await run('ingest', 'orders.csv', '--dataset', 'orders');
    expect([beside.code, times(beside.stderr + beside.stdout, 'cannot be imported')]).toEqual([0, 1]);
    const itself = await run('ingest', 'orders.csv', 'orders.csv', '--dataset', 'bad', '--json');
    expect([itself.code, itself.stderr]).toEqual([1, '']);
    expect(itself.stdout.trimEnd().split('\n')).toHaveLength(2);
    const { message } = JSON.parse(itself.stdout.split('\n')[0]).error;
    expect(message).toMatch(/^The dataset bad cannot be used\. \/\S+dataset\.ts cannot be imported: /);
    const { rows } = await database.pool.query(
      "select table_name as name from information_schema.tables where table_schema = 'star' order by 1",
    );
    expect(rows.map(({ name }) => name)).toEqual(['fact_orders']);

    const status = await run('status');
    expect([status.code, status.stdout]).toEqual([
      0,
      expect.stringContaining('bad/dataset.ts cannot be imported'),
    ]);
    expect(JSON.parse((await run('status', '--json')).stdout).definitions).toMatchObject({
      datasets: ['orders'],
      broken: [{ dataset: 'bad', code: 'LF_DEFINITION_IMPORT' }],
    });
    expect(await run('doctor')).toMatchObject({ code: 1, stdout: expect.stringContaining('bad/dataset.ts') });
    expect((await run('ddl', 'orders')).code).toBe(0);
    expect((await run('audit', 'orders.csv')).code).toBe(0);
    expect((await run('ddl', 'bad')).stderr).toContain('[LF_DATASET_BROKEN]');
    // An example is there for who names it, and for nobody else.
    expect((await run('ddl', 'trips')).code).toBe(0);
    expect((await run('status', '--json')).stdout).not.toContain('trips');

    const fixed =
      "import { defineDataset, integer, text } from 'landfall';\nexport default defineDataset({ name: 'bad', columns: { id: integer(), customer: text() }, star: { fact: 'fact_bad' } });\n";
    writeFileSync(join(cwd, 'datasets/bad/dataset.ts'), fixed);
    await says(/✓ bad\/orders\.csv: 2 rows/);
    up.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    up.kill('SIGKILL');
    await ended;
    await database.drop();
  }
}, 180_000);
