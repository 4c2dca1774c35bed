/** A dataset with rollups of every class over facts that tests write themselves, and files that end and are undone. */
import type pg from 'pg';
import { compileDataset } from '../../../../model/compile/compile.ts';
import type { CompiledDataset, CompiledStar } from '../../../../model/compiled.ts';
import {
  average,
  bigint,
  boolean,
  bucket,
  count,
  countDistinct,
  countWhere,
  date,
  dayOf,
  defineDataset,
  firstBy,
  float8,
  hourOf,
  integer,
  interval,
  lastBy,
  lookup,
  max,
  median,
  min,
  monthStart,
  mostCommon,
  numeric,
  percentile,
  rollup,
  smallint,
  sql,
  stddev,
  sum,
  text,
  time,
  timestamp,
  uuid,
  variance,
  weekdayOf,
  weekStart,
  yearStart,
} from '../../../../model/index.ts';
import type { Rollup } from '../../../../model/language/rollups.ts';
import { inTransaction } from '../../../../platform/database/transaction.ts';
import { starDdl } from '../../../../sinks/postgres/ddl/ddl.ts';
import { makeStar } from '../../../../sinks/postgres/ddl/make-star.ts';
import { definitionSql } from '../../../../sinks/postgres/rollups/definition-sql.ts';
import { applyRollups, exactDoubles } from '../../../../sinks/postgres/rollups/index.ts';
import { rollupsOf } from '../../../../sinks/postgres/rollups/make-rollups.ts';

export const rollups = {
  counted: rollup({
    by: ['region', 'station_key'],
    measures: {
      ...{ rows: count(), known: count('whole'), members: countWhere('member') },
      ...{ small: sum('small'), whole: sum('whole'), large: sum('large'), paid: sum('paid') },
      ...{ whole_average: average('whole'), paid_average: average('paid') },
      ...{ whole_variance: variance('whole'), paid_deviation: stddev('paid') },
    },
  }),
  doubles: rollup({
    by: ['region'],
    where: 'member',
    measures: {
      ...{ total: sum('km'), middle: average('km'), spread: variance('km'), deviation: stddev('km') },
      ...{ half: median('km'), tenth: percentile('km', 0.1), least: min('km'), most: max('km') },
    },
  }),
  valued: rollup({
    by: ['day', bucket('whole', 7, { as: 'whole_bucket' })],
    measures: {
      ...{ first: min('at'), last: max('at'), half: median('whole'), most: percentile('whole', 0.9) },
      ...{ paid: median('paid'), span: percentile('span', 0.5), clock: median('clock') },
      ...{ usual: mostCommon('region'), usual_whole: mostCommon('whole'), regions: countDistinct('region') },
      ...{ ids: countDistinct('id'), least_id: min('id'), most_text: max('region'), any: max('member') },
      ...{
        earliest: firstBy('region', 'at'),
        latest: lastBy('region', 'at'),
        latest_km: lastBy('km', 'day'),
      },
    },
  }),
  timed: rollup({
    by: [weekStart('at'), hourOf('at'), weekdayOf('day'), monthStart('day'), yearStart('at')],
    measures: { rows: count(), regions: countDistinct('region') },
  }),
  related: rollup({
    by: ['region', dayOf('at', { as: 'on' })],
    measures: {
      rows: count(),
      slope: sql('regr_count(whole, paid)', 'bigint'),
      texts: sql("string_agg(region || whole, ',' order by whole, large, id)", 'text'),
    },
  }),
};

export function measured(marts: Readonly<Record<string, Rollup<never>>>): CompiledDataset {
  return compileDataset(
    defineDataset({
      name: 'measured',
      columns: {
        ...{ region: text(), station: text(), day: date(), at: timestamp({ zone: 'America/New_York' }) },
        ...{ small: smallint(), whole: integer(), large: bigint(), paid: numeric(12, 2) },
        ...{ km: float8({ nonFinite: 'keep' }), member: boolean(), id: uuid() },
        ...{ clock: time(), span: interval() },
      },
      star: {
        fact: 'fact_measured',
        dimensions: { station_key: lookup('dim_station', { name: 'station' }) },
      },
      marts,
    }),
  );
}

export const allRollups = rollups as unknown as Readonly<Record<string, Rollup<never>>>;

/** The facts as files and chunks of the ledger have them. */
export class Facts {
  readonly pool: pg.Pool;
  dataset: CompiledDataset;
  notes: string[] = [];

  constructor(pool: pg.Pool, dataset: CompiledDataset) {
    this.pool = pool;
    this.dataset = dataset;
  }

  /** Facts of a new star, with an empty ledger. */
  static async fresh(pool: pg.Pool, dataset: CompiledDataset): Promise<Facts> {
    await pool.query(
      'drop schema if exists star cascade; delete from landfall.rollup; delete from landfall.file',
    );
    const facts = new Facts(pool, dataset);
    await facts.make();
    return facts;
  }

  get star(): CompiledStar {
    return this.dataset.star!;
  }

  async make(dataset = this.dataset): Promise<void> {
    this.dataset = dataset;
    await makeStar(this.pool, dataset, starDdl(dataset));
  }

  /** Writes a file's facts in one chunk. Returns the file. `rows`: JSON objects by fact column. */
  async load(rows: readonly object[]): Promise<number> {
    return this.loadFrom(
      `select r.* from jsonb_array_elements($2) one, jsonb_populate_record(null::star.fact_measured, one || jsonb_build_object('chunk_id', $1::int)) r`,
      [JSON.stringify(rows.map((row) => ({ station_key: 0, ...row })))],
    );
  }

  /** Writes a file's facts. `source`: what is inserted, where $1 is the file's chunk; other parameters are `values`. */
  async loadFrom(source: string, values: readonly unknown[] = []): Promise<number> {
    return inTransaction(this.pool, async (client) => {
      const { rows: files } = await client.query(
        `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state)
         values ('measured', 'f', 'file:///f', 'pool', 'landing', 1, gen_random_uuid()::text, 'loading') returning file_id`,
      );
      const fileId: number = files[0].file_id;
      const { rows: chunks } = await client.query(
        `insert into landfall.chunk (file_id, number, byte_start, byte_end, line_start, state)
         values ($1, 0, 0, 1, 1, 'committed') returning chunk_id`,
        [fileId],
      );
      await client.query(`insert into star.fact_measured ${source}`, [chunks[0].chunk_id, ...values]);
      return fileId;
    });
  }

  /** Ends files, and undoes others in the same transaction: `replaced` by them. `ask`: called first and last in the transaction. */
  async end(
    files: readonly number[],
    replaced: readonly number[] = [],
    ask: (client: pg.ClientBase) => Promise<void> = async () => {},
  ): Promise<void> {
    await inTransaction(this.pool, async (client) => {
      await lock(client);
      await ask(client);
      for (const file of replaced) await this.takeOut(client, file);
      const delta = { added: [facts(files)], removed: [] };
      const changing = { ending: files, leaving: [] };
      this.notes.push(...(await applyRollups(client, 'measured', this.star, delta, changing)));
      await client.query(`update landfall.file set state = 'done' where file_id = any($1)`, [files]);
      await ask(client);
    });
  }

  /** Counts doubles of the region a, and takes them off again one change later; all but the last of `times`. */
  async churn(times: number, of: (i: number) => readonly number[]): Promise<void> {
    const relation = (i: number) => ({
      sql: `select f.* from unnest($1::text[]) as n (one), jsonb_populate_record(null::star.fact_measured, jsonb_build_object('region', 'a', 'km', one)) f`,
      values: [of(i).map(String)],
    });
    const changing = { ending: [], leaving: [] };
    await inTransaction(this.pool, async (client) => {
      for (let i = 0; i < times; i++) {
        const removed = i === 0 ? [] : [relation(i - 1)];
        const added = i === times - 1 ? [] : [relation(i)];
        await applyRollups(client, 'measured', this.star, { added, removed }, changing);
      }
    });
  }

  async undo(file: number): Promise<void> {
    await inTransaction(this.pool, async (client) => {
      await lock(client);
      await this.takeOut(client, file);
    });
  }

  private async takeOut(client: pg.ClientBase, file: number): Promise<void> {
    await client.query(`update landfall.file set state = 'undone' where file_id = $1`, [file]);
    await client.query(`update landfall.chunk set state = 'undone' where file_id = $1`, [file]);
    const { rows } = await client.query('select chunk_id from landfall.chunk where file_id = $1', [file]);
    const removedChunks = rows.map(({ chunk_id: chunkId }) => chunkId);
    const delta = { added: [], removed: [facts([file])], removedChunks };
    await applyRollups(client, 'measured', this.star, delta, { ending: [], leaving: [file] });
    await client.query(
      'delete from star.fact_measured where chunk_id in (select chunk_id from landfall.chunk where file_id = $1)',
      [file],
    );
  }

  /** Groups in which a rollup differs from its definition as SQL over the facts of files that are done. */
  async differences(name?: string): Promise<object[]> {
    return inTransaction(this.pool, async (client) => {
      await client.query(exactDoubles);
      const found: object[] = [];
      for (const stored of rollupsOf(this.dataset)) {
        if (name !== undefined && stored.rollup.name !== name) continue;
        const wanted = definitionSql(stored, doneFacts);
        const shown = `select * from star.${stored.rollup.name}`;
        const { rows } = await client.query(
          `(select 'shown' as side, * from (${shown} except all (${wanted})) a)
           union all (select 'wanted', * from ((${wanted}) except all ${shown}) b)`,
        );
        found.push(...rows.map((row) => ({ rollup: stored.rollup.name, ...row })));
      }
      return found;
    });
  }
}

/** In plain SQL, and not by the function that rollups use. */
export const doneFacts = `select f.* from star.fact_measured f
  join landfall.chunk using (chunk_id) join landfall.file file using (file_id) where file.state = 'done'`;

function facts(files: readonly number[]) {
  return {
    sql: 'select * from star.fact_measured where chunk_id in (select chunk_id from landfall.chunk where file_id = any($1))',
    values: [files],
  };
}

async function lock(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(1, hashtext('measured'))`);
}
