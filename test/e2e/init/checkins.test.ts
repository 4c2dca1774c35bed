/** Check-ins: three spellings of times in one column. `init` describes them, and every row is loaded. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../../platform/file-receipt.ts';
import { realFiles } from '../../datasets/support.ts';
import { duckRows } from '../../sinks/lake/support.ts';
import { tempFolder } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';
import { initInto, instantText, lakeRows, sorted, type Written, written } from './support.ts';

let site: TestSite | undefined;
afterEach(() => site?.close());

async function load(path: string): Promise<{ open: TestSite; said: Written; receipt: Receipt }> {
  const folder = tempFolder();
  const copy = join(folder, 'checkins.csv');
  copyFileSync(path, copy);
  const said = await initInto(folder, 'checkins', [copy]);
  const open = await testSite({ backend: 'postgres', folder, datasets: [join(folder, 'datasets')] });
  site = open;
  return { open, said, receipt: await open.drop('checkins', copy) };
}

const months = [
  'января февраля марта апреля мая июня',
  'июля августа сентября октября ноября декабря',
].flatMap((half) => half.split(' '));

/** The same minute as each of the three publishers wrote it; the first has seconds and a fraction. */
function spelled(form: number, us: bigint): string {
  const [day, time] = instantText(us).split(' ');
  const [year, month, date] = day.split('-');
  const [hour, minute] = time.split(':').map(Number);
  const two = (n: number) => String(n).padStart(2, '0');
  if (form === 0) return `${day} ${time} UTC`;
  if (form === 1)
    return `${month}/${date}/${year} ${two(hour % 12 || 12)}:${two(minute)} ${hour < 12 ? 'AM' : 'PM'}`;
  return `${Number(date)} ${months[Number(month) - 1]} ${year} ${two(hour)}:${two(minute)}`;
}

describe('check-ins', () => {
  it('generated: three formats in one column, with Russian months, are the instants that were written', async () => {
    const folder = tempFolder();
    const rows = Array.from({ length: 3000 }, (_, i) => {
      const form = i % 20 === 7 ? 1 : i % 20 === 13 ? 2 : 0;
      // Every day of four years; only the first form has more than minutes.
      const minutes = BigInt(i) * 701n + 21_000_001n;
      const us = minutes * 60_000_000n + (form === 0 && i % 3 === 0 ? BigInt(i) * 1001n : 0n);
      const user = i % 500 === 3 ? null : `user${i % 40}`;
      return { form, us, user, hours: `${(i % 40) / 8}`, project: `p${i % 13}` };
    });
    const lines = rows.map(
      ({ form, us, user, hours, project }) => `${user ?? ''},${spelled(form, us)},${hours},${project}\n`,
    );
    const path = written(folder, 'checkins.csv', `user,timestamp,hours,project\n${lines.join('')}`);
    const { open, said, receipt } = await load(path);
    expect(receipt, said.source).toMatchObject({ status: 'done', rows: { loaded: 3000, rejected: 0 } });
    const columns = [
      { name: 'timestamp', logical: { type: 'timestamp' } },
      { name: 'project', logical: { type: 'text' } },
      { name: 'hours', logical: { type: 'numeric' } },
    ];
    const dataset = { name: 'checkins', columns } as unknown as Parameters<typeof lakeRows>[1];
    const loaded = await lakeRows(open.folder, dataset);
    expect(sorted(loaded.map(([at, project, hours]) => [at, project, `${Number(hours)}`]))).toEqual(
      sorted(rows.map(({ us, project, hours }) => [instantText(us), project, hours])),
    );
    expect(said.source).toMatch(/; 4 formats;[\s\S]*names of months in: ru/);
    // One minute past midnight is not a leap second.
    expect(said.source).not.toContain('leapSecond');
  });

  it('real: 20,500 rows with the right instants', async (context) => {
    const [path] = realFiles('checkins') ?? [];
    if (path === undefined) return context.skip();
    const { open, said, receipt } = await load(path);
    expect(receipt, said.source).toMatchObject({ status: 'done', rows: { loaded: 20_500, rejected: 0 } });
    const parts = join(open.folder, 'lake/checkins/**/*.parquet');
    const [whole] = await duckRows(`
      select count(*)::int as rows, sum(hours)::varchar as hours, epoch(min("timestamp"))::bigint as first,
        epoch(max("timestamp"))::bigint as last, count(distinct "user_")::int as users,
        (count(*) filter ("user_" is null or "user_" = ''))::int as blank, count(distinct project)::int as projects,
        max(hours)::varchar as largest,
        (count(*) filter ("user_" = 'ned'))::int as ned, (sum(hours) filter ("user_" = 'ned'))::varchar as ned_hours,
        (count(*) filter ("user_" = 'jorah'))::int as jorah,
        (sum(hours) filter ("user_" = 'jorah'))::varchar as jorah_hours
      from read_parquet('${parts}')`);
    const numbers = ['hours', 'largest', 'ned_hours', 'jorah_hours'].map((name) => [
      name,
      Number(whole[name]),
    ]);
    expect({ ...whole, ...Object.fromEntries(numbers) }).toEqual({
      rows: 20_500,
      hours: 42_461.125,
      first: BigInt(Date.UTC(2010, 9, 4) / 1000),
      last: BigInt(Date.UTC(2019, 8, 27) / 1000),
      users: 40,
      blank: 5,
      projects: 144,
      largest: 30,
      ned: 1387,
      ned_hours: 2078.35,
      jorah: 1383,
      jorah_hours: 2645.95,
    });
    const [distinct] = await duckRows(`
      select count(*)::int as rows from
        (select distinct "user_", "timestamp", hours, project from read_parquet('${parts}'))`);
    expect(distinct.rows).toBe(19_691);
    // Whatever is a dimension: the star has as many facts, in as many hours.
    const [{ name }] = await open.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'star' and table_name like 'fact%'`,
    );
    const [star] = await open.query(
      `select count(*)::int as rows, sum(hours)::float8 as hours from star.${name}`,
    );
    expect(star).toEqual({ rows: 20_500, hours: 42_461.125 });
    // How many rows are of each form: as the file says.
    const forms = readFileSync(path, 'utf8').split('\n').slice(1);
    const us = forms.filter((line) => / [AP]M,/.test(line)).length;
    expect([us, forms.filter((line) => /[а-я]/.test(line)).length]).toEqual([1025, 1022]);
    const [days] = await duckRows(`
      select count(*)::int as days, max(hours) as most from (
        select sum(hours)::float8 as hours from read_parquet('${parts}')
        where "user_" is not null group by "user_", "timestamp"::date having sum(hours) > 24)`);
    expect(days).toEqual({ days: 34, most: 48.75 });
  });
});
