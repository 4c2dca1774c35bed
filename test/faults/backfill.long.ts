/** A backfill of a year, day by day, that is killed twenty times with all its processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { landfall, main } from '../cli/run.ts';
import { testServer } from '../sources/http/server.ts';
import { tempFolder, testDatabase } from '../support/index.ts';

const definition = `import { defineDataset, http, text } from 'landfall';
export default defineDataset({
  name: 'sales',
  columns: { day: text({ required: true }) },
  star: { fact: 'fact_sale', columns: ['day'] },
  sources: { api: http({ url: '{env:SALES_URL}/sales?day={from:date}' }) },
});
`;

const kills = 20;

it('a backfill of 365 windows that is killed 20 times ends with 365 receipts, and the cursor where it was', async () => {
  const database = await testDatabase();
  const server = await testServer();
  server.answer(({ url }, response) => response.end(`day\n${url.searchParams.get('day')}\n`));
  const cwd = tempFolder();
  mkdirSync(join(cwd, 'datasets/sales'), { recursive: true });
  writeFileSync(join(cwd, 'datasets/sales/dataset.ts'), definition);
  const env = {
    ...{ DATABASE_URL: database.url, LANDFALL_WORKERS: '1', SALES_URL: server.url },
    LANDFALL_DATASETS: join(cwd, 'datasets'),
  };
  const cursor = { day: '2026-11-28' };
  await database.pool.query(`insert into landfall.source values ('sales', 'api', $1, now())`, [cursor]);
  const done = async () => {
    const text = `select count(*)::int as done from landfall.run where state = 'done'`;
    return (await database.pool.query(text)).rows[0].done as number;
  };
  const args = ['backfill', 'sales.api', '--from', '2025-01-01', '--to', '2026-01-01', '--step', '1d'];
  let killedInTheMiddle = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      const before = await done();
      const child = spawn(process.execPath, [main, ...args, '--parallel', '4'], {
        ...{ cwd, env: { ...process.env, ...env }, stdio: 'ignore', detached: true },
      });
      const exited = once(child, 'exit');
      // Dies after some windows, at whatever it is doing.
      while ((await done()) < Math.min(365, before + 1 + (kill % 9))) await delay(20);
      await delay(kill * 7);
      process.kill(-child.pid!, 'SIGKILL');
      await exited;
      if ((await done()) < 365) killedInTheMiddle++;
    }
    expect(killedInTheMiddle).toBeGreaterThan(kills / 2);
    const ended = await landfall([...args, '--parallel', '4', '--json'], { cwd, env });
    expect(ended.code, ended.stderr).toBe(0);
    const query = async (text: string) => (await database.pool.query(text)).rows;
    const files = await query(`select run_id, count(*)::int as files, count(receipt)::int as receipts
      from landfall.file where state = 'done' group by run_id`);
    expect(files).toHaveLength(365);
    expect(files.every((one) => one.files === 1 && one.receipts === 1)).toBe(true);
    const days = (await query('select day from star.fact_sale')).map(({ day }) => day);
    expect([days.length, new Set(days).size]).toEqual([365, 365]);
    expect(await query('select cursor from landfall.source')).toEqual([{ cursor }]);
  } finally {
    await server.close();
    await database.drop();
  }
}, 900_000);
