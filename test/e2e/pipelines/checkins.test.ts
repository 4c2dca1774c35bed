/** Check-ins through thirty days, and the real file, against DuckDB reading the same CSV files. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import definition from '../../../datasets/checkins/dataset.ts';
import { generateCheckins } from '../../../datasets/checkins/generate.ts';
import { writeGenerated } from '../../../datasets/generated.ts';
import { filesOfRuns, planRun, runOf } from '../../../ledger/runs.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { realFiles } from '../../datasets/support.ts';
import { testServer } from '../../sources/http/server.ts';
import { tempFolder } from '../../support/index.ts';
import { oracleAndSites } from '../agree.ts';
import type { TestSite } from '../site.ts';
import { Days } from './days.ts';

const dayRows = 60;
const { queries } = compileDataset(definition);

const shared = oracleAndSites();

/** The star's tables as a reader sees them, and the same from the rows that DuckDB expects of all files. */
const shown: Readonly<Record<string, { star: string; expected: string }>> = {
  checkins: {
    star: `select user_name, to_char(timestamp at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as at, hours::text, project
      from star.checkin order by 1, 2, 3, 4`,
    expected: `select user_name, strftime(timestamp, '%Y-%m-%d %H:%M:%S.%f') as at, hours::varchar as hours, project
      from distinct_rows order by 1, 2, 3, 4`,
  },
  weeks: {
    star: `select user_name, week::text, hours::text, checkins::int from star.hours_by_user_and_week order by 1, 2`,
    expected: `select user_name, date_trunc('week', timestamp)::date::varchar as week, sum(hours)::varchar as hours,
      count(*)::int as checkins from distinct_rows group by 1, 2 order by 1, 2`,
  },
  months: {
    star: `select project, month::text, hours::text, checkins::int from star.hours_by_project_and_month order by 1, 2`,
    expected: `select project, date_trunc('month', timestamp)::date::varchar as month, sum(hours)::varchar as hours,
      count(*)::int as checkins from distinct_rows group by 1, 2 order by 1, 2`,
  },
};

/** Compares the star and its marts with what DuckDB makes of the files. Returns the number of check-ins. */
async function expectAgreement(site: TestSite, paths: Iterable<string>): Promise<number> {
  await shared.oracle.expect('checkins', [...paths]);
  await shared.oracle.connection.run(
    'create or replace view distinct_rows as select distinct * from expected',
  );
  for (const [name, { star, expected }] of Object.entries(shown)) {
    expect({ [name]: await site.query(star) }).toEqual({ [name]: await shared.oracle.rows(expected) });
  }
  const [{ n }] = await shared.oracle.rows('select count(*) as n from distinct_rows');
  return Number(n);
}

async function ask(site: TestSite, name: string, given: Record<string, unknown>) {
  const query = queries.find((entry) => entry.name === name)!;
  return site.query(
    query.sql,
    query.parameters.map((parameter) => given[parameter.name] ?? parameter.default),
  );
}

describe('checkins', () => {
  it('thirty days: what comes again counts once, late files and undone ones leave no trace', async () => {
    const site = await shared.site({ backend: 'postgres' });
    const folder = tempFolder();
    const days = new Days(site, 'checkins');
    const path = (day: number) => join(folder, `checkins_2018-03-${String(day).padStart(2, '0')}.csv`);
    const name = (day: number) => path(day).slice(folder.length + 1);
    for (let day = 1; day <= 30; day++) {
      const from = name(day).slice(9, 19);
      await writeGenerated(path(day), generateCheckins({ rows: dayRows, seed: day, from, perDay: dayRows }));
      // Every third day repeats the last check-ins of the day before.
      if (day % 3 === 0)
        appendFileSync(
          path(day),
          `${readFileSync(path(day - 1), 'utf8')
            .split('\n')
            .slice(-9, -1)
            .join('\n')}\n`,
        );
    }
    let warned = 0;
    for (let day = 1; day <= 30; day++) {
      // On the 7th the service is down: its file comes two days later. On the 20th it comes after that of the 21st.
      if (![7, 20].includes(day)) {
        const receipt = await days.land(path(day));
        warned += receipt.checks.filter(({ ok }) => !ok).length;
      }
      if (day === 5) await days.again(path(4), 'again.csv');
      if (day === 9) await days.land(path(7));
      if (day === 12) await days.undo(name(11));
      if (day === 14) await days.replay(path(11));
      if (day === 21) await days.land(path(20));
      const checkins = await expectAgreement(site, days.loaded.values());
      expect(checkins).toBeGreaterThan(day * dayRows * 0.8);
    }
    expect(days.loaded.size).toBe(30);
    // The data has what the pipeline is for.
    const all = [...days.loaded.values()].map((file) => readFileSync(file, 'utf8')).join('');
    expect(all).toMatch(/ марта 2018/);
    expect(all).toMatch(/ [AP]M,/);
    expect(all.split('\n').length - 1 - 30).toBeGreaterThan(
      await expectAgreement(site, days.loaded.values()),
    );
    const [first] = await ask(site, 'people', { limit: 1 });
    const pages = await Promise.all(
      [1, 2, 3].map((page) =>
        ask(site, 'by_user', { user: first.user_name, from: '2018-03-05', to: '2018-03-25', page, size: 10 }),
      ),
    );
    const expected = await shared.oracle.rows(
      `select strftime(timestamp, '%Y-%m-%dT%H:%M:%S.%gZ') as timestamp, hours::varchar as hours, project from distinct_rows
       where user_name = '${first.user_name}' and timestamp >= '2018-03-05' and timestamp < '2018-03-26'
       order by distinct_rows.timestamp desc, project, hours limit 30`,
    );
    expect(expected.length).toBeGreaterThan(20);
    const seen = pages.flat().map((row) => ({ ...row, timestamp: (row.timestamp as Date).toISOString() }));
    expect(seen).toEqual(expected);
    expect(warned).toBeLessThan(10);
  });

  it('warns of an entry of 30 hours, and names the users with more than 24 hours on a day', async () => {
    const site = await shared.site({ backend: 'postgres' });
    const path = join(tempFolder(), 'long.csv');
    writeFileSync(
      path,
      'user,timestamp,hours,project\nada,2019-09-27 00:00:00 UTC,30.0,slow\nalan,27 сентября 2019 09:00,13,learning\nalan,09/27/2019 11:00 PM,12,learning\n,09/27/2019 11:00 PM,12,learning\n',
    );
    const receipt = await new Days(site, 'checkins').land(path);
    expect(receipt.rows).toMatchObject({ parsed: 4, loaded: 3, rejected: 1 });
    const found = Object.fromEntries(
      receipt.checks.filter(({ ok }) => !ok).map((check) => [check.name, JSON.stringify(check)]),
    );
    expect(Object.keys(found).sort()).toEqual([
      'entry_within_a_day',
      'project_hours_plausible',
      'user_within_a_day',
    ]);
    expect(found.entry_within_a_day).toMatch(/ada.*30/);
    expect(found.user_within_a_day).toMatch(/ada/);
  });

  it('from the web service, paged, in windows that overlap: late check-ins come, and repeats count once', async () => {
    const server = await testServer();
    vi.stubEnv('CHECKINS_URL', server.url);
    vi.stubEnv('CHECKINS_TOKEN', 'secret');
    try {
      const site = await shared.site({ backend: 'postgres' });
      const folder = tempFolder();
      const dates = Array.from({ length: 6 }, (_, i) => `2018-03-0${i + 1}`);
      const paths = dates.map((_, day) => join(folder, `${day}.csv`));
      for (const [day, from] of dates.entries())
        await writeGenerated(paths[day], generateCheckins({ rows: dayRows, seed: 50 + day, from }));
      const rows = paths.map((path) => readFileSync(path, 'utf8').trimEnd().split('\n').slice(1));
      server.answer(({ url, headers }, response) => {
        if (headers.authorization !== 'Bearer secret') return void response.writeHead(401).end();
        const [from, to] = ['from', 'to'].map((name) => url.searchParams.get(name)!);
        // Ten check-ins of a day are made the day after.
        const known = dates.flatMap((date, day) => {
          if (date < from || date >= to) return [];
          return date === dates[dates.indexOf(to) - 1] ? rows[day].slice(0, -10) : rows[day];
        });
        const page = Number(url.searchParams.get('page') ?? 0);
        const next = new URL(url);
        next.searchParams.set('page', String(page + 1));
        if ((page + 1) * 25 < known.length) response.setHeader('link', `<${next.href}>; rel="next"`);
        response.setHeader('content-type', 'text/csv');
        response.end(`user,timestamp,hours,project\n${known.slice(page * 25, page * 25 + 25).join('\n')}\n`);
      });
      const { pool } = site.database;
      for (const to of dates.slice(1).concat('2018-03-07', '2018-03-08')) {
        const end = Date.parse(to);
        const window = {
          from: new Date(end - 3 * 86_400_000).toISOString(),
          to: new Date(end).toISOString(),
        };
        const run = { dataset: 'checkins', source: 'service', kind: 'live', window } as const;
        const { runId } = (await planRun(pool, run))!;
        await vi.waitFor(async () => expect((await runOf(pool, runId))!.state).toMatch(/done|failed/), {
          ...{ timeout: 30_000, interval: 20 },
        });
        const after = (await runOf(pool, runId))!;
        expect([to, after.state, after.error]).toEqual([to, 'done', null]);
        for (const { fileId } of await filesOfRuns(pool, [runId])) await site.coordinator.settled(fileId);
      }
      expect(server.asked.some(({ url }) => url.searchParams.get('page') === '2')).toBe(true);
      expect(await expectAgreement(site, paths)).toBeGreaterThan(dates.length * dayRows * 0.8);
    } finally {
      await server.close();
      vi.unstubAllEnvs();
    }
  });

  it('the real file: 20,500 rows are 19,686 check-ins of 40 users', async (context) => {
    const [path] = realFiles('checkins') ?? [];
    if (path === undefined) return context.skip();
    const site = await shared.site({ backend: 'postgres' });
    const receipt = await new Days(site, 'checkins').land(path);
    expect(receipt.rows).toMatchObject({ parsed: 20_500, rejected: 5 });
    expect(await expectAgreement(site, [path])).toBe(19_686);
  });
});
