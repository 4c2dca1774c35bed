/** A keyed dataset in a database, files of random events, and steps that end and undo them. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { compileDataset } from '../../../../model/compile/compile.ts';
import type { CompiledStar } from '../../../../model/compiled.ts';
import { boolean, defineDataset, integer, lookup, text } from '../../../../model/index.ts';
import type { Mode } from '../../../../model/language/modes.ts';
import { starDdl } from '../../../../sinks/postgres/ddl/ddl.ts';
import {
  type Applied,
  applyEvents,
  type Delta,
  type EventFile,
  undoEvents,
} from '../../../../sinks/postgres/events/index.ts';
import { loadingEvents, stagingTable, stagingTableDdl } from '../../../../sinks/postgres/facts/staging.ts';
import type { Event, OracleFile } from './oracle.ts';

export const uuid = (text: string) => createHash('md5').update(text).digest('hex');

export function datasetWith(schema: string, mode: Mode<string>) {
  return compileDataset(
    defineDataset({
      name: schema,
      columns: {
        key: text(),
        ord: integer(),
        gone: boolean(),
        a: text(),
        b: integer(),
        who: text(),
        scope: text(),
      },
      star: {
        schema,
        fact: 'fact',
        columns: ['key', 'a', 'b'],
        dimensions: { who_key: lookup('dim_who', { who: 'who' }) },
      },
      mode: mode as Mode<never>,
    }),
  );
}

export class World {
  readonly star: CompiledStar;
  readonly done = new Set<OracleFile>();
  private readonly client: pg.ClientBase;
  private snapshotId = 0;

  private constructor(client: pg.ClientBase, star: CompiledStar) {
    this.client = client;
    this.star = star;
  }

  static async create(client: pg.ClientBase, schema: string, mode: Mode<string>): Promise<World> {
    const dataset = datasetWith(schema, mode);
    for (const statement of starDdl(dataset)) await client.query(statement);
    return new World(client, dataset.star!);
  }

  /** Empties the tables. */
  async clear(): Promise<void> {
    const { keyed, schema } = this.star;
    const tables = ['current', 'superseded', 'staging', ...(keyed!.kind === 'snapshot' ? ['scopes'] : [])];
    for (const table of tables) await this.client.query(`delete from ${schema}.fact_${table}`);
    this.done.clear();
  }

  /** Ends files together. `own`: those that have a staging table of their own. */
  async end(files: readonly OracleFile[], own: ReadonlySet<OracleFile>): Promise<Applied> {
    const { client, star } = this;
    for (const file of files) {
      if (own.has(file)) await client.query(stagingTableDdl(star, eventFile(file)));
      const { fact } = await loadingEvents(client, star, { fileId: file.file });
      const columns = star.columns.map(({ name }) => name).join(', ');
      await client.query(
        `insert into ${star.schema}.${fact} (${columns})
         select ${columns} from jsonb_populate_recordset(null::${star.schema}.${fact}, $1)`,
        [JSON.stringify(file.events.map((event) => this.rowOf(event)))],
      );
    }
    const applied = await applyEvents(client, star, files.map(eventFile), ++this.snapshotId);
    for (const file of own)
      await client.query(`drop table if exists ${stagingTable(star, { fileId: file.file })}`);
    for (const file of files) this.done.add(file);
    return applied;
  }

  async undo(file: OracleFile): Promise<Delta> {
    const delta = await undoEvents(this.client, this.star, eventFile(file), ++this.snapshotId);
    this.done.delete(file);
    return delta!;
  }

  private rowOf(event: Event): Record<string, unknown> {
    const { keyed } = this.star;
    return {
      ...{ key: event.key, a: event.a, b: event.b, who_key: event.who_key },
      ...{ _key: uuid(`${event.scope}/${event.key}`), _hash: event.hash, _row: event.row },
      ...(keyed!.order && { _order: event.order }),
      ...{ _deleted: event.deleted, _tracked: uuid(event.tracked), _scope: uuid(event.scope) },
      chunk_id: event.chunkId,
    };
  }
}

export function eventFile({ file, asOf, content, seenAt, events }: OracleFile): EventFile {
  const chunkIds = [...new Set([chunkOf(file, 0), ...events.map(({ chunkId }) => chunkId)])];
  return { fileId: file, chunkIds, asOf, contentHash: content, seenAt: new Date(seenAt) };
}

/** The number of a file's chunk. Each file has three at most. */
export function chunkOf(file: number, chunk: number): number {
  return file * 3 + chunk;
}
