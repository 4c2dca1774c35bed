/** Random batches: what workers add up must be what PostgreSQL adds up of the facts that it was sent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKernel } from '../../../../kernel/kernel.ts';
import type { Kernel } from '../../../../kernel/types.ts';
import type { CompiledStar } from '../../../../model/compiled.ts';
import type { CompiledRollup, RollupInput } from '../../../../model/compiled-rollup.ts';
import { typeOf } from '../../../../model/types/column-types.ts';
import { openFactCopy } from '../../../../sinks/postgres/facts/fact-copy.ts';
import { factFields } from '../../../../sinks/postgres/facts/fact-fields.ts';
import { ChunkInputs } from '../../../../sinks/postgres/partials/chunk-inputs.ts';
import { ChunkRollup, isWorkable } from '../../../../sinks/postgres/partials/chunk-rollup.ts';
import {
  partialDdl,
  partialGroups,
  partialValues,
  sentColumns,
} from '../../../../sinks/postgres/partials/partial-tables.ts';
import { isExtreme } from '../../../../sinks/postgres/rollups/piece-values.ts';
import { column, planOf } from '../../../kernel/read.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { below, dataset, pick, type Random, randomBatch, randomOf, randomRollup } from './random-rollups.ts';

let database: TestDatabase;
let kernel: Kernel;
beforeAll(async () => {
  database = await testDatabase();
  kernel = await createKernel();
});
afterAll(() => database.drop());

async function copy(schema: string, table: string, names: readonly string[], rows: readonly Uint8Array[]) {
  const client = await database.pool.connect();
  try {
    const copied = openFactCopy(client, { schema, table, columns: names });
    for (const some of rows) await copied.write(some);
    await copied.finish();
  } finally {
    client.release();
  }
}

const shown = (sql: string, type: string) =>
  type === 'numeric' ? `trim_scale(${sql})::text` : `(${sql})::text`;
const quoted = (name: string) => `"${name}"`;

async function rowsOf(sql: string, values: unknown[] = []): Promise<string[]> {
  const client = await database.pool.connect();
  try {
    await client.query("set time zone 'UTC'");
    const { rows } = await client.query<Record<string, string>>(sql, values);
    return rows.map((row) => JSON.stringify(Object.values(row))).sort();
  } finally {
    client.release();
  }
}

/** What PostgreSQL adds up of the facts. */
function ofFacts(rollup: CompiledRollup, columns: readonly RollupInput[], sums: readonly string[]): string {
  const by = [...rollup.by, ...columns].map(({ sql }) => `(${sql})`);
  const where = [
    ...(rollup.where === null ? [] : [rollup.where.sql]),
    ...columns.map(({ sql }) => `${sql} is not null`),
  ];
  const condition = where.length === 0 ? '' : ` where ${where.join(' and ')}`;
  const list = [...by.map((sql, i) => `(${sql})::text as g${i}`), ...sums.map((sql, i) => `${sql} as s${i}`)];
  return `select ${list.join(', ')} from star.fact f${condition} group by ${by.join(', ')}`;
}

/** What it adds up of what workers have added up. `groups`: number of columns that are grouped by. */
function ofPartials(
  select: string,
  groups: readonly string[],
  sums: readonly { name: string; sqlType: string }[],
): string {
  const by = groups.map((name) => `p.${quoted(name)}`);
  const list = [
    ...by.map((sql, i) => `${sql}::text as g${i}`),
    ...sums.map(({ name, sqlType }, i) => `${shown(`sum(p.${quoted(name)})`, sqlType)} as s${i}`),
  ];
  return `select ${list.join(', ')} from (${select}) p group by ${by.join(', ')}`;
}

async function expectEqual(rollup: CompiledRollup, star: CompiledStar, random: Random, options: Options) {
  const sent = new Map<string | null, Uint8Array[]>();
  const inputs = new ChunkInputs();
  const worker = new ChunkRollup(7, rollup, inputs, (values, rows) => {
    sent.set(values, [...(sent.get(values) ?? []), rows]);
  });
  await database.pool.query('truncate star.fact');
  const names = star.columns.map(({ name }) => name);
  for (const rows of options.batches) {
    const { batch, keys } = randomBatch(star, random, rows, options.nulls);
    kernel.begin(planOf([column({ kind: 'utf8' })]), { byteStart: 0, skipBytes: 0 });
    await copy('star', 'fact', names, [kernel.encodeCopyRows(factFields(star, batch, keys, 7), rows)]);
    inputs.next(batch, keys);
    worker.add(rows);
    if (options.flush) worker.flush();
  }
  worker.flush();
  // Of others, only the least and the greatest are sent: gather-partials.test.ts.
  const counted = rollup.values.filter((values) => !isExtreme(rollup, values));
  for (const values of [null, ...counted]) {
    await database.pool.query('drop table if exists star.partial');
    await database.pool.query(partialDdl('star.partial', rollup, values));
    await copy('star', 'partial', sentColumns(rollup, values), sent.get(values?.id ?? null) ?? []);
    const columns = values?.columns ?? [];
    const aggregates = rollup.parts.map(({ aggregate, sqlType }) => shown(aggregate, sqlType));
    const wanted = await rowsOf(ofFacts(rollup, columns, values === null ? aggregates : ['count(*)::text']));
    const groups = [...rollup.by.map(({ name }) => name), ...columns.map((_, i) => `c${i + 1}`)];
    const select =
      values === null ? partialGroups('star.partial', rollup) : partialValues('star.partial', rollup, values);
    const parts = rollup.parts.map(({ column: name, sqlType }) => ({ name, sqlType }));
    const sums = values === null ? parts : [{ name: 'n', sqlType: 'bigint' }];
    const found = await rowsOf(ofPartials(select, groups, sums), [[7]]);
    const more = found.filter((row) => !wanted.includes(row)).slice(0, 9);
    const less = wanted.filter((row) => !found.includes(row)).slice(0, 9);
    expect({ more, less }, about(rollup)).toEqual({ more: [], less: [] });
    expect(found).toEqual(wanted);
  }
}

const about = ({ by, parts, where }: CompiledRollup) =>
  JSON.stringify([by.map(({ sql }) => sql), parts.map(({ aggregate }) => aggregate), where?.sql]);

interface Options {
  readonly batches: readonly number[];
  readonly nulls: number;
  readonly flush: boolean;
}

describe('what a worker adds up of a chunk', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'is what PostgreSQL adds up (seed %i)',
    async (seed) => {
      const random = randomOf(seed + 1);
      const { marts, star } = dataset({ rollup: randomRollup(random) });
      const [rollup] = marts as unknown as [CompiledRollup];
      expect(isWorkable(rollup)).toBe(true);
      const typed = star!.columns.map((one) =>
        one.kind === 'value'
          ? `${quoted(one.name)} ${typeOf(one.logical).sql(one.logical)}`
          : `${quoted(one.name)} integer`,
      );
      await database.pool.query('create schema if not exists star');
      await database.pool.query(`create table if not exists star.fact (${typed.join(', ')})`);
      const nulls = pick(random, [0, 0, 0.1, 0.9]);
      const batches = Array.from({ length: 1 + below(random, 3) }, () => 1 + below(random, 400));
      await expectEqual(rollup, star!, random, { batches, nulls, flush: random() < 0.3 });
    },
  );
});
