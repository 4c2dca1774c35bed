/** Where the events of ending files wait. */
import type pg from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
import { inChunks } from '../facts/in-chunks.ts';
import { stagingTable } from '../facts/staging.ts';
import { type Kept, keep } from './ending.ts';
import type { EventFile } from './event-contract.ts';
import type { EventLayout } from './event-layout.ts';

/** The events of one file or more in a table of their own. */
export interface Source {
  readonly staged: string;
  readonly rows: number;
  readonly files: readonly EventFile[];
}

/**
 * A large file has a staging table of its own. The events of small files are taken out of the shared one, together,
 * or those of each file alone.
 */
export async function sourcesOf(
  client: pg.ClientBase,
  star: CompiledStar,
  layout: EventLayout,
  files: readonly EventFile[],
  each: boolean,
): Promise<Source[]> {
  const own = await ownTables(client, star, files);
  const sources: Source[] = [];
  for (const [file, staged] of own) {
    await client.query(`analyze ${staged}`);
    const { rows } = await client.query(`select count(*)::float8 as rows from ${staged}`);
    sources.push({ staged, rows: rows[0].rows, files: [file] });
  }
  const small = files.filter((file) => !own.has(file));
  for (const some of each ? small.map((file) => [file]) : [small]) {
    if (some.length === 0) continue;
    const ofThem = inChunks(
      some.flatMap(({ chunkIds }) => chunkIds),
      's.chunk_id',
    );
    const { name, rows } = await takenOut(client, layout, some, ofThem);
    await client.query(`delete from ${layout.staging} s where ${ofThem}`);
    sources.push({ staged: name, rows, files: some });
  }
  return sources;
}

/** The events of small files, each with the time of its file where the layout has it. */
function takenOut(
  client: pg.ClientBase,
  { staging, keyed }: EventLayout,
  files: readonly EventFile[],
  ofThem: string,
): Promise<Kept> {
  if (keyed.seen === undefined)
    return keep({ client }, 'staged', `select s.* from ${staging} s where ${ofThem}`);
  const times = files.flatMap(({ chunkIds, seenAt }) => chunkIds.map((chunk) => ({ chunk, seenAt })));
  return keep(
    { client },
    'staged',
    `select s.*, t._landed from ${staging} s
     join unnest($1::integer[], $2::timestamptz[]) as t(chunk, _landed) on t.chunk = s.chunk_id where ${ofThem}`,
    [times.map(({ chunk }) => chunk), times.map(({ seenAt }) => seenAt)],
  );
}

/** The staging tables that files have for themselves. */
async function ownTables(
  client: pg.ClientBase,
  star: CompiledStar,
  files: readonly EventFile[],
): Promise<Map<EventFile, string>> {
  const names = files.map((file) => stagingTable(star, file));
  const { rows } = await client.query<{ found: boolean }>(
    `select to_regclass(name) is not null as found from unnest($1::text[]) with ordinality as t(name, n) order by n`,
    [names],
  );
  return new Map(files.flatMap((file, i) => (rows[i].found ? [[file, names[i]] as const] : [])));
}
