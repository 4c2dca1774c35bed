/**
 * What a transaction changes in a rollup, added up: temporary tables that live until the rollup is changed.
 *
 *   rollup_delta       group columns, parts; a group may be in it more than once
 *   rollup_delta_v1    group columns, the columns of a value, n; for each of the values that are kept
 */
import type pg from 'pg';
import type { RollupInput, RollupValues } from '../../../model/compiled-rollup.ts';
import { identifier } from '../ddl/sql-columns.ts';
import type { Relation } from '../events/event-contract.ts';
import type { StoredRollup } from './state-tables.ts';

export const deltaTable = 'pg_temp.rollup_delta';

export function valuesDelta({ id }: RollupValues): string {
  return `${deltaTable}${id}`;
}

/** Creates the tables, empty. `kept`: the values that are kept. */
export async function makeDelta(
  client: pg.ClientBase,
  { rollup }: StoredRollup,
  kept: readonly RollupValues[],
): Promise<void> {
  const groups = rollup.by.map(({ name, sqlType }) => `${identifier(name)} ${sqlType}`);
  const parts = rollup.parts.map(({ column, sqlType }) => `${column} ${sqlType} not null`);
  const tables = [
    `create temporary table ${bare(deltaTable)} (${[...groups, ...parts].join(', ')}) on commit drop`,
    ...kept.map((values) => {
      const columns = values.columns.map(({ sqlType }, i) => `c${i + 1} ${sqlType} not null`);
      const all = [...groups, ...columns, 'n bigint not null'].join(', ');
      return `create temporary table ${bare(valuesDelta(values))} (${all}) on commit drop`;
    }),
  ];
  await client.query(tables.join(';\n'));
}

export async function dropDelta(client: pg.ClientBase, kept: readonly RollupValues[]): Promise<void> {
  await client.query(`drop table ${[deltaTable, ...kept.map(valuesDelta)].join(', ')}`);
}

function bare(table: string): string {
  return table.replace('pg_temp.', '');
}

/** Adds up facts, and counts them once (sign 1) or takes them off (sign -1). */
export async function gatherFacts(
  client: pg.ClientBase,
  { rollup }: StoredRollup,
  kept: readonly RollupValues[],
  facts: Relation,
  sign: 1 | -1,
): Promise<void> {
  const { by, parts, where } = rollup;
  const source = `from (${facts.sql}) f`;
  const groups = by.map(({ sql }) => sql);
  const numbers = parts.map(({ aggregate }) => (sign === 1 ? aggregate : `-(${aggregate})`));
  await client.query(
    `insert into ${deltaTable} select ${[...groups, ...numbers].join(', ')} ${source}${onlyWhere(where, [])} group by ${ordinals(by.length)}`,
    [...facts.values],
  );
  for (const values of kept) {
    const columns = values.columns.map(({ sql }) => sql);
    await client.query(
      `insert into ${valuesDelta(values)} select ${[...groups, ...columns].join(', ')}, ${sign} * count(*) ${source}${onlyWhere(where, columns)} group by ${ordinals(by.length + columns.length)}`,
      [...facts.values],
    );
  }
}

/** Of facts `f`: the rollup counts them, and these values are not null. */
export function onlyWhere(where: RollupInput | null, present: readonly string[]): string {
  const conditions = [...(where === null ? [] : [where.sql]), ...present.map((sql) => `${sql} is not null`)];
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

export function ordinals(count: number): string {
  return Array.from({ length: count }, (_, i) => i + 1).join(', ');
}
