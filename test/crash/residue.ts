/** What is still to be done, or to be cleared up. At rest there is nothing of it, whoever died where. */

import type pg from 'pg';
import { sql } from '../../ledger/sql.ts';
import type { Queues } from '../../platform/queue/index.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { datasets, names, type Rides } from './dataset.ts';

/** Where residue is looked for. */
interface Searched {
  readonly pool: pg.Pool;
  readonly queues: Queues;
  readonly stores: { readonly lake: Storage };
}

/** A command that died leaves the file that it had begun, as failed, on record; the repeat makes a new one. */
export const abandoned = `(error->>'code' = 'LF_INGEST_ABANDONED') is true`;

const ended = `state in ('done', 'failed', 'duplicate', 'undone')`;

/** Every star of the crash tests has these table marts. */
const withMarts = names.filter((name) => (datasets[name] as Rides).star !== false);
const marts = withMarts.flatMap((name) => [`${name}_by_rider`, `${name}_by_day`].map((mart) => [name, mart]));
const texts = (of: 0 | 1) => `'{${marts.map((mart) => mart[of]).join(',')}}'::text[]`;

const questions: Readonly<Record<string, string>> = {
  'a file that has not ended': `select name, state from landfall.file where not ${ended}`,
  'a file without a receipt': `select name, state from landfall.file where ${ended} and receipt is null`,
  'a run of a source that has not ended': `select folder, state from landfall.run where state <> 'done'`,
  'a file that is being moved': 'select name, moving_to from landfall.file where moving_to is not null',
  'a file that is not put away': `select name, url from landfall.file
    where origin = 'landing' and ${ended}
      and (url like '%/landing/%' or (url like '%/failed/%' and state <> 'failed'))`,
  'a file whose parts are to be swept': 'select name from landfall.file where unswept',
  'a file that was planned again and is to be swept': 'select file_id, dataset from landfall.renewed',
  'parts of a file that is not done': `select path, state from landfall.part join landfall.file using (file_id)
    where state <> 'done'`,
  'a part that was never listed': 'select path from landfall.shared_part where not listed',
  'a part that was replaced': 'select path from landfall.retired_part',
  'a table of a version that waited': `select relname from pg_class where relname like '\\_staging%'`,
  'a scope of a command that is gone': 'select scope from landfall.scope',
  'marts that are behind': sql('marts/stale-marts').replaceAll('$1', texts(0)).replaceAll('$2', texts(1)),
};

/** `files`: how many are to have ended. */
export async function residue(site: Searched, files: number): Promise<string[]> {
  const { rows } = await site.pool.query(
    `select count(*) filter (where ${ended} and not ${abandoned})::int as ended,
       array(select relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
         where relnamespace = to_regnamespace('star') and relkind = 'r' and attname = 'chunk_id'
           and relname not like '\\_staging%') as tables
     from landfall.file`,
  );
  const [found] = rows;
  if (found.ended < files) return [`${files - found.ended} files have not ended`];
  const waiting = found.tables.filter((table: string) => /^fact_.*_staging$/.test(table)).map(waitingEvents);
  return [
    ...(await answers(site, {
      ...questions,
      ...Object.fromEntries([...found.tables.map(lostRows), ...waiting]),
    })),
    ...(await jobs(site)),
    ...(await objects(site)),
  ];
}

/** Of a table of facts, events, partial results of rollups, or what was observed of members. */
function lostRows(table: string): [string, string] {
  const committed = `select from landfall.chunk c where c.chunk_id = t.chunk_id and c.state = 'committed'`;
  return [
    `rows of ${table} of no committed chunk`,
    `select chunk_id from star.${table} t where not exists (${committed})`,
  ];
}

function waitingEvents(table: string): [string, string] {
  return [`rows of ${table}`, `select id, chunk_id from star.${table}`];
}

async function answers(site: Searched, asked: Readonly<Record<string, string>>): Promise<string[]> {
  const all = Object.values(asked).map(
    (question) => `(select coalesce(json_agg(a), '[]') from (select * from (${question}) q limit 3) a)`,
  );
  const { rows } = await site.pool.query(`select json_build_array(${all.join(', ')}) as found`);
  return Object.keys(asked).flatMap((what, i) => {
    const found: unknown[] = rows[0].found[i];
    return found.length === 0 ? [] : [`${what}: ${JSON.stringify(found)}`];
  });
}

async function jobs(site: Searched): Promise<string[]> {
  const queues = Object.entries(await site.queues.counts());
  return queues.flatMap(([queue, counts]) =>
    Object.entries(counts).flatMap(([state, jobs]) =>
      jobs === 0 ? [] : [`${jobs} ${state} jobs of ${queue}`],
    ),
  );
}

/** Parts staged, spooled chunks and parts that the manifest does not list. */
async function objects(site: Searched): Promise<string[]> {
  const { rows } = await site.pool.query(
    `select path from landfall.part where shared_id is null
     union all
     select path from landfall.shared_part where listed
     union all
     select 'quarantine/' || dataset || '/f' || file_id || '-c' || number || '.parquet'
     from landfall.chunk join landfall.file using (file_id) where landfall.chunk.state = 'committed'`,
  );
  const listed = new Set(rows.map((row) => row.path));
  const lying = await keysOf(site.stores.lake);
  return lying.filter((path) => !listed.has(path)).map((path) => `an object of no committed chunk: ${path}`);
}

/** What a store shows, in order. */
export async function keysOf(store: Storage): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list()) keys.push(key);
  return keys.sort();
}
