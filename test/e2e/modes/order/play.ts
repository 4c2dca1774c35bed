/** Plays orders on a real site: each in a dataset of its own, all at once. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { undoFile } from '../../../../coordinator/commands/undo.ts';
import { type VerifyTools, verifyFile } from '../../../../coordinator/commands/verify.ts';
import { auditRollups } from '../../../../sinks/postgres/rollups/audit-rollups.ts';
import { tempFolder } from '../../../support/index.ts';
import { toolsOf } from '../../again.ts';
import { type Backend, type TestSite, testSite } from '../../site.ts';
import { csvOf, type Event, type EventFile } from './files.ts';
import { definitionOf, type Mode, visitsName, visitsOf } from './modes.ts';
import type { Hashes, Shown } from './oracle.ts';
import type { Step, Wave } from './steps.ts';

/** What the schema of a dataset shows in the end, and what its events hash to. */
export interface Played {
  readonly dataset: string;
  readonly shown: readonly string[];
  /** The same rows, each with when its key and its content were first seen. */
  readonly seen: readonly string[];
  /** The same rows as DuckDB finds them in the lake; null where only the star combines events. */
  readonly inLake: readonly string[] | null;
  /** What the dataset that shares the dimension shows. */
  readonly visits: readonly string[];
  /** The label of each member of the dimension. */
  readonly labels: ReadonlyMap<string, string | null>;
  /** What the rollups and the dimension show. */
  readonly derived: readonly string[];
  /** Of the files that are done: those that audit finds wrong, in words. */
  readonly faults: readonly string[];
  readonly hashes: Hashes;
  /** Hashes that two different contents have, or contents that have two. */
  readonly confused: readonly string[];
}

export interface Playing {
  readonly mode: Mode;
  readonly backend: Backend;
  readonly orders: readonly (readonly Wave[])[];
}

/** A row as a text that is the same for equal rows. */
export function lineOf(row: Shown): string {
  const range = row.from === undefined ? [] : [row.from, row.to];
  return JSON.stringify([...contentOf(row), ...range]);
}

/** The same with when it was seen. */
export function seenLineOf(row: Shown): string {
  return JSON.stringify([...JSON.parse(lineOf(row)), ...row.seen!]);
}

function contentOf({ area, code, at, gone, label, size, amount, price, kind }: Event): unknown[] {
  return [area, code, at, gone, label, size, amount, price, kind];
}

export async function play({ mode, backend, orders }: Playing): Promise<Played[]> {
  const folder = tempFolder();
  const datasets = orders.map((_, o) => `order_${o}`);
  for (const dataset of datasets) {
    const sources = { [dataset]: definitionOf(mode, dataset), [visitsName(dataset)]: visitsOf(dataset) };
    for (const [name, source] of Object.entries(sources)) {
      mkdirSync(join(folder, 'datasets', name), { recursive: true });
      writeFileSync(join(folder, 'datasets', name, 'dataset.ts'), source);
    }
  }
  const site = await testSite({
    ...{ backend, folder, chunkBytes: 64 * 1024, datasets: [join(folder, 'datasets')] },
  });
  try {
    const tools = await toolsOf(site);
    await Promise.all(orders.map((waves, o) => new Player(site, tools, datasets[o]).run(waves)));
    const played: Played[] = [];
    for (const dataset of datasets) played.push(await resultOf(site, tools, mode, dataset));
    return played;
  } finally {
    await site.close();
  }
}

class Player {
  private readonly site: TestSite;
  private readonly dataset: string;
  private readonly tools: VerifyTools;
  /** The number of the file that has a content now. */
  private readonly ids = new Map<EventFile, number>();

  constructor(site: TestSite, tools: VerifyTools, dataset: string) {
    this.site = site;
    this.tools = tools;
    this.dataset = dataset;
  }

  async run(waves: readonly Wave[]): Promise<void> {
    for (const wave of waves) {
      const ended = await Promise.allSettled(wave.map((step) => this.take(step)));
      const failed = ended.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
  }

  private async take({ what, file }: Step): Promise<void> {
    const { site } = this;
    const dataset = file.owner === 'events' ? this.dataset : visitsName(this.dataset);
    if (what === 'undo') {
      await undoFile(this.tools, this.ids.get(file)!, 'by a test');
      return;
    }
    const fileId =
      what === 'load'
        ? await site.coordinator.submit({ path: this.written(file), dataset })
        : (await site.coordinator.actions.replay(this.ids.get(file)!))!;
    const { status, error } = await site.coordinator.settled(fileId);
    if (status !== 'done') throw new Error(`${what} of ${file.name} ended as ${status}: ${error?.message}`);
    this.ids.set(file, fileId);
  }

  private written(file: EventFile): string {
    const folder = join(this.site.folder, 'files', this.dataset, String(file.version));
    mkdirSync(folder, { recursive: true });
    const path = join(folder, file.name);
    writeFileSync(path, csvOf(file));
    return path;
  }
}

const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')`;
const content = `f.area, f.code, ${instant('f.at')}, f.gone, f.label, f.size, f.amount, f.price::text, d.name`;

const microseconds = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`;
const seen = `, ${microseconds('f.first_seen')}, ${microseconds('f.last_changed')}`;

const shownSql = (schema: string, fact: string, isHistory = false, more = '') => `
  select json_build_array(${content}${isHistory ? `, ${instant('f.valid_from')}, ${instant('f.valid_to')}` : ''}${more})::text as line
  from ${schema}.${fact} f join ${schema}.dim_kind d using (kind_key)`;

interface EventRow extends Record<string, unknown> {
  readonly content: string;
  readonly hash: string;
}

/** Events of a dataset with the hashes that the product gave them. */
const eventsSql = (schema: string) =>
  ['current', 'superseded']
    .map(
      (place) => `select json_build_array(${content})::text as content, f._hash::text as hash
        from ${schema}.fact_event_${place} f join ${schema}.dim_kind d using (kind_key)`,
    )
    .join(' union all ');

async function resultOf(site: TestSite, tools: VerifyTools, mode: Mode, dataset: string): Promise<Played> {
  const rows = await site.query<{ line: string }>(shownSql(dataset, 'fact_event', mode.kind === 'history'));
  const seenRows = await site.query<{ line: string }>(
    shownSql(dataset, 'fact_event', mode.kind === 'history', seen),
  );
  const visits = await site.query<{ line: string }>(shownSql(dataset, 'fact_visit'));
  const labels = await site.query<{ name: string; label: string | null }>(
    `select name, label from ${dataset}.dim_kind where kind_key <> 0`,
  );
  const events = await site.query<EventRow>(eventsSql(dataset));
  const both = [dataset, visitsName(dataset)];
  // The ledger as a whole has it in microseconds, and files pass it on in milliseconds.
  const files = await site.query<{ file_id: number; name: string; content_hash: string; seen_at: string }>(
    `select file_id, name, content_hash, ${microseconds("date_trunc('milliseconds', seen_at)")} as seen_at from landfall.file where dataset = any($1) and state = 'done'`,
    [both],
  );
  const faults: string[] = [];
  for (const { file_id } of files) {
    const { checks, file } = await verifyFile(tools, (await tools.ledger.file(file_id))!);
    faults.push(...checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${file}: ${name}: ${detail}`));
  }
  const renewed = await site.query<{ name: string }>(
    `select name from (
       select name, state, seen_at, min(landed_at) over (partition by dataset, name, content_hash) as first
       from landfall.file where dataset = any($1)
     ) f where state = 'done' and seen_at <> first`,
    [both],
  );
  faults.push(...renewed.map(({ name }) => `${name}: it was not seen when its content first landed`));
  for (const { rollup, different, sample } of (
    await Promise.all(both.map((name) => auditRollups(tools.pool, name)))
  ).flat())
    if (different > 0) faults.push(`${rollup}: ${different} groups differ: ${JSON.stringify(sample)}`);
  const derived = await site.query<{ line: string }>(
    `select json_build_array(d.name, r.area, r.events, r.amount, r.price, r.middle, r.least, r.labels, r.usual, r.newest,
       r.spread)::text as line from ${dataset}.by_kind r join ${dataset}.dim_kind d using (kind_key)
     union all select json_build_array(d.name, r.visits, r.amount, r.newest)::text
       from ${dataset}.visits_by_kind r join ${dataset}.dim_kind d using (kind_key)
     union all select json_build_array(name, label)::text from ${dataset}.dim_kind where kind_key <> 0`,
  );
  const ofEvent = new Map(events.map(({ content, hash }) => [normal(content), hash]));
  const seenAt = new Map(files.map(({ name, seen_at }) => [name, seen_at]));
  const ofFile = new Map(files.map(({ name, content_hash }) => [name, content_hash]));
  return {
    dataset,
    shown: rows.map(({ line }) => normal(line)).sort(),
    seen: seenRows.map(({ line }) => normal(line)).sort(),
    visits: visits.map(({ line }) => normal(line)).sort(),
    labels: new Map(labels.map(({ name, label }) => [name, label])),
    inLake: mode.keepNulls || mode.kind === 'history' ? null : await lakeOf(site, dataset),
    derived: derived.map(({ line }) => line).sort(),
    faults,
    confused: confusedOf(events),
    hashes: {
      ofEvent: (event) => ofEvent.get(JSON.stringify(contentOf(event)))!,
      ofFile: ({ name }) => ofFile.get(name)!,
      seenAt: ({ name }) => seenAt.get(name)!,
    },
  };
}

/** What the lake shows, as docs/sinks.md reads it. */
async function lakeOf(site: TestSite, dataset: string): Promise<string[]> {
  const parts = await site.query<{ path: string; chunk_id: number; _chunk: number | null }>(
    'select path, chunk_id, _chunk from landfall.lake_current($1)',
    [dataset],
  );
  const deleted = await site.query('select chunk_id, _row from landfall.lake_deleted($1)', [dataset]);
  const list = (name: string, rows: readonly object[]) => {
    const path = join(site.folder, `${dataset}-${name}.json`);
    writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return path;
  };
  const lake = join(site.folder, 'lake');
  const where = parts.map(({ path, ...chunk }) => ({ part: join(lake, path), ...chunk }));
  const duckdb = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await duckdb.run("set timezone = 'UTC'");
  const found = await duckdb.runAndReadAll(
    `select to_json([e.area::varchar, e.code, strftime(e.at, '%Y-%m-%d %H:%M:%S'), e.gone::varchar, e.label,
       e.size::varchar, e.amount::varchar, e.price::varchar, e.kind]) as line
     from (
       select null::int as _chunk where false union all by name
       select * from read_parquet(${JSON.stringify([...new Set(where.map(({ part }) => part))]).replaceAll('"', "'")}, filename = 'part', union_by_name = true)
     ) e
     join read_json('${list('parts', where)}', format = 'newline_delimited',
       columns = {part: 'varchar', chunk_id: 'int', _chunk: 'int'}) p
       on e.part = p.part and e._chunk is not distinct from p._chunk
     anti join read_json('${list('deleted', deleted)}', format = 'newline_delimited', columns = {chunk_id: 'int', _row: 'int'}) d
       on d.chunk_id = p.chunk_id and d._row = e._row`,
  );
  return found.getRowObjectsJson().map(({ line }) => {
    const [area, code, at, gone, label, size, amount, price, kind] = JSON.parse(String(line));
    const values = [Number(area), code, at, gone === 'true', label, size === null ? null : Number(size)];
    return JSON.stringify([...values, Number(amount), price, kind]);
  });
}

/** As JavaScript writes it. */
function normal(line: string): string {
  return JSON.stringify(JSON.parse(line));
}

function confusedOf(events: readonly EventRow[]): string[] {
  const contents = new Map<string, string>();
  const hashes = new Map<string, string>();
  const confused: string[] = [];
  for (const { content, hash } of events) {
    if ((contents.get(hash) ?? content) !== content) confused.push(`${hash}: ${content}`);
    if ((hashes.get(content) ?? hash) !== hash) confused.push(`${content}: ${hash}`);
    contents.set(hash, content);
    hashes.set(content, hash);
  }
  return confused;
}
