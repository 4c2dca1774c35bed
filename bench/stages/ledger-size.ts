/**
 * Bytes of the ledger for each small file, by relation: files of 5 rows in 3 partitions, which are dropped into the
 * landing folder of a running `landfall up`. Autovacuum does what it does; then one plain VACUUM, which stands for its
 * next run, ends the waiting for it.
 * `npm run bench:ledger -- --files 20000`
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { wholeNumber } from '../../cli/commands/generate.ts';
import { Arena } from '../sides/arena.ts';
import { withRunningUp } from '../sides/running-up.ts';

const { files, together } = new Command('bench:ledger')
  .description('bytes of the ledger for each file of 5 rows in 3 partitions')
  .option('--files <n>', 'files', wholeNumber('--files'), 20_000)
  .option('--together <n>', 'files that land at once', wholeNumber('--together'), 100)
  .parse()
  .opts<{ files: number; together: number }>();

const say = (text: string) => process.stderr.write(text);
const arena = await Arena.open({ rows: files * 5, rounds: 1, say });
try {
  await withRunningUp(arena, async (up, staging) => {
    for (let from = 0; from < files; from += together) {
      const names = Array.from({ length: Math.min(together, files - from) }, (_, i) => `${from + i}.csv`);
      for (const [i, name] of names.entries()) writeFileSync(join(staging, name), tripsOf(from + i));
      for (const name of names) up.drop(join(staging, name), name);
      // The next ones land while these are loaded.
      while ((await ended()) < from - together) await delay(20);
    }
    while ((await putAway()) < files) await delay(200);
    await report('as loaded');
    await arena.query('vacuum');
    await report('after the next autovacuum');
  });
} finally {
  await arena.close();
}

/** Five trips, one after another, in three months. */
function tripsOf(file: number): string {
  const rows = Array.from({ length: 5 }, (_, i) => {
    const trip = file * 5 + i;
    const two = (n: number) => String(n).padStart(2, '0');
    const at = `2018-0${5 + (trip % 3)}-${two(1 + (trip % 28))} ${two(trip % 24)}:${two(trip % 60)}:${two((trip * 7) % 60)}`;
    const place = (n: number) => `POINT (14.${100_000 + (n % 899_981)} 50.${1000 + ((n * 7) % 9000)})`;
    return `Prague,${place(trip)},${place(trip * 3)},${at},${['funny_car', 'baba_car', 'cheap_mobile'][trip % 3]}`;
  });
  return ['region,origin_coord,destination_coord,datetime,datasource', ...rows, ''].join('\n');
}

async function ended(): Promise<number> {
  const [{ n }] = await arena.query<{ n: number }>(
    'select count(*)::int as n from landfall.file where finished_at is not null',
  );
  return n;
}

async function putAway(): Promise<number> {
  const [{ n }] = await arena.query<{ n: number }>(
    `select count(*)::int as n from landfall.file where state = 'done' and url like '%/archive/%'`,
  );
  return n;
}

async function report(when: string): Promise<void> {
  const relations = await arena.query<{ name: string; bytes: number; of: string }>(
    `select c.relname as name, pg_relation_size(c.oid)::float8 as bytes, coalesce(t.relname, c.relname) as of
     from pg_class c
     left join pg_index i on i.indexrelid = c.oid
     left join pg_class t on t.oid = i.indrelid or t.reltoastrelid = c.oid
     where c.relnamespace = 'landfall'::regnamespace and c.relkind in ('r', 'i')
       or c.oid in (select reltoastrelid from pg_class where relnamespace = 'landfall'::regnamespace)
     order by 2 desc`,
  );
  const per = (bytes: number) => `${Math.round(bytes / files)}`.padStart(7);
  say(`\n${per(relations.reduce((sum, { bytes }) => sum + bytes, 0))} bytes a file, ${when}\n`);
  for (const { name, bytes } of relations.filter((relation) => relation.bytes >= 8 * files))
    say(`${per(bytes)}   ${name}\n`);
  const changes = await arena.query<Record<string, string>>(
    `select relname, n_tup_ins, n_tup_upd, n_tup_hot_upd, n_dead_tup, autovacuum_count from pg_stat_user_tables
     where schemaname = 'landfall' and n_tup_ins + n_tup_upd >= $1 - 200 order by relname`,
    [files],
  );
  for (const row of changes) say(`        ${JSON.stringify(row)}\n`);
}
