/** What is still to be done, or to be cleared up. At rest there is nothing of it, whoever died where. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from '../../platform/sql.ts';
import type { CrashSite } from './site.ts';

const questions: Readonly<Record<string, string>> = {
  'a file that has not ended': `select name, state from landfall.file
    where state not in ('done', 'failed', 'duplicate', 'undone')`,
  'a file without a receipt': `select name, state from landfall.file
    where state in ('done', 'failed', 'duplicate', 'undone') and receipt is null`,
  'a file on its way to another place':
    'select name, moving_to from landfall.file where moving_to is not null',
  'a file that is not put away': `select name, url from landfall.file
    where origin = 'landing' and state in ('done', 'failed', 'duplicate', 'undone')
      and (url like '%/landing/%' or (url like '%/failed/%' and state <> 'failed'))`,
  'a file whose parts are to be swept': 'select name from landfall.file where unswept',
  'parts of a file that is not done': `select path, state from landfall.part join landfall.file using (file_id)
    where state <> 'done'`,
  'facts of no committed chunk': `select id, chunk_id from star.fact_crossing f
    where not exists (select from landfall.chunk c where c.chunk_id = f.chunk_id and c.state = 'committed')`,
  'a table of a version that waited': `select relname from pg_class where relname like '\\_incoming%'`,
  'a scope of a command that is gone': 'select scope from landfall.scope',
  'marts that are behind': sql('stale-marts'),
};

export async function residue(site: CrashSite, files: number): Promise<string[]> {
  const { rows } = await site.pool.query(
    `select count(*)::int as ended, to_regclass('star.fact_crossing') is not null as star from landfall.file
     where state in ('done', 'failed', 'duplicate', 'undone')`,
  );
  if (rows[0].ended < files) return [`${files - rows[0].ended} files have not ended`];
  const left: string[] = [];
  for (const [what, question] of Object.entries(questions)) {
    if (question.includes('star.fact_crossing') && !rows[0].star) continue;
    const found = await site.pool.query(question);
    if (found.rows.length > 0) left.push(`${what}: ${JSON.stringify(found.rows.slice(0, 3))}`);
  }
  return [...left, ...(await jobs(site)), ...(await objects(site))];
}

async function jobs(site: CrashSite): Promise<string[]> {
  const queues = Object.entries(await site.queues.counts());
  return queues.flatMap(([queue, counts]) =>
    Object.entries(counts).flatMap(([state, jobs]) =>
      jobs === 0 ? [] : [`${jobs} ${state} jobs of ${queue}`],
    ),
  );
}

/** Parts aside, spooled chunks and parts that the manifest does not list. */
async function objects(site: CrashSite): Promise<string[]> {
  const { rows } = await site.pool.query(
    `select path from landfall.part union all
     select 'quarantine/' || dataset || '/f' || file_id || '-c' || number || '.parquet'
     from landfall.chunk join landfall.file using (file_id) where landfall.chunk.state = 'committed'`,
  );
  const listed = new Set(rows.map((row) => row.path));
  return filesIn(join(site.folder, 'lake'))
    .filter((path) => !path.startsWith('.landfall-tmp/') && !listed.has(path))
    .map((path) => `an object of no committed chunk: ${path}`);
}

export function filesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  } catch {
    return [];
  }
}
