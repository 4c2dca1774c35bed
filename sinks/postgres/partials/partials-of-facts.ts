/**
 * What workers would have added up of chunks, from their facts: for rollups that are built when there are facts. The undo
 * of a file then reads none of them.
 */
import type pg from 'pg';
import type { RollupInput, RollupValues } from '../../../model/compiled-rollup.ts';
import { identifier } from '../ddl/sql-columns.ts';
import type { Relation } from '../events/event-contract.ts';
import { onlyWhere, ordinals } from '../rollups/delta-tables.ts';
import type { StoredRollup } from '../rollups/state-tables.ts';
import { arrayMost } from './array-column.ts';
import { elementForm } from './input-forms.ts';
import { partialTables, sentColumns } from './partial-tables.ts';

interface ToAdd {
  /** The values that the rollup counts. */
  readonly counted: readonly RollupValues[];
  readonly facts: Relation;
  /** Chunks that may have no facts. */
  readonly chunkIds: readonly number[];
}

/**
 * Adds up facts of chunks of which the tables have nothing. Returns the chunks that have groups; null if workers cannot
 * add up the rollup.
 */
export async function addPartialsOfFacts(
  client: pg.ClientBase,
  stored: StoredRollup,
  { counted, facts, chunkIds }: ToAdd,
): Promise<number[] | null> {
  const { by, parts } = stored.rollup;
  const [groups, ...values] = partialTables(stored);
  if (groups === undefined) return null;
  const keys = ['f.chunk_id', ...by.map(sent)];
  const numbers = parts.map(({ aggregate, sqlType }) => `cast(${aggregate} as ${sqlType})`);
  const found = await client.query<{ chunk_id: number }>(
    `${insertSql(groups.sql, stored, facts, { keys, numbers, plain: 1, values: null })} returning chunk_id`,
    [...facts.values],
  );
  const none = [...by, ...parts].map(() => `'{}'`).join(', ');
  await client.query(
    `insert into ${groups.sql} (${columnsOf(stored, null)}) select chunk_id, ${none}
     from unnest($1::integer[]) c (chunk_id) where chunk_id not in (select chunk_id from ${groups.sql})`,
    [chunkIds],
  );
  for (const one of counted) {
    const { sql } = values.find(({ values: id }) => id === one.id)!;
    const counting = { keys: [...keys, ...one.columns.map(sent)], numbers: ['count(*)'] };
    await client.query(insertSql(sql, stored, facts, { ...counting, plain: keys.length, values: one }), [
      ...facts.values,
    ]);
  }
  return [...new Set(found.rows.map(({ chunk_id: chunkId }) => chunkId))];
}

/** An input in the type in which workers send it. */
function sent(input: RollupInput): string {
  return `cast(${input.sql} as ${elementForm(input).kind})`;
}

function columnsOf({ rollup }: StoredRollup, values: RollupValues | null): string {
  return sentColumns(rollup, values).map(identifier).join(', ');
}

interface ToInsert {
  /** What facts are grouped by. The chunk is the first. */
  readonly keys: readonly string[];
  readonly numbers: readonly string[];
  /** How many of the keys are no arrays. */
  readonly plain: number;
  /** Null: the groups. */
  readonly values: RollupValues | null;
}

/** Numbers rows of the same plain keys, so that no array is longer than those of workers. */
function insertSql(table: string, stored: StoredRollup, facts: Relation, to: ToInsert): string {
  const { keys, numbers, plain, values } = to;
  const all = [...keys, ...numbers];
  const counted = all.map((sql, i) => `${sql} as x${i}`).join(', ');
  const of = keys.slice(0, plain).join(', ');
  const shown = all.map((_, i) => (i < plain ? `x${i}` : `array_agg(x${i})`)).join(', ');
  const where = onlyWhere(stored.rollup.where, values?.columns.map(({ sql }) => sql) ?? []);
  return `insert into ${table} (${columnsOf(stored, values)}) select ${shown} from (
    select ${counted}, (row_number() over (partition by ${of}) - 1) / ${arrayMost} as piece
    from (${facts.sql}) f${where} group by ${ordinals(keys.length)}
  ) g group by ${ordinals(plain)}, piece`;
}
