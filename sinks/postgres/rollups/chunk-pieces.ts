/** Adds and removes values that are kept by chunk (piece-values.ts), once the groups of the delta are known. */
import type pg from 'pg';
import type {
  CompiledRollup,
  RollupInput,
  RollupValues,
  ValuesPick,
} from '../../../model/compiled-rollup.ts';
import { identifier } from '../ddl/sql-columns.ts';
import type { Relation } from '../events/event-contract.ts';
import { inChunks } from '../facts/in-chunks.ts';
import { recordOf, touchedTable } from './change-state.ts';
import { isExtreme } from './piece-values.ts';
import { type StoredRollup, stateNames } from './state-tables.ts';

/**
 * Adds pieces. `source`: a select with the group columns, chunk_id, an array for each column of the values, and n: an
 * array with how often each occurs, or null.
 */
export async function addPieces(
  client: pg.ClientBase,
  stored: StoredRollup,
  values: RollupValues,
  source: Relation,
): Promise<void> {
  await client.query(insertPieces(stored, values, source.sql), [...source.values]);
}

/** `source`: as of `addPieces`. `groups`: in FROM, the group columns and _group. */
export function insertPieces(
  stored: StoredRollup,
  values: RollupValues,
  source: string,
  groups: string = touchedTable,
): string {
  const { by } = stored.rollup;
  const columns = values.columns.map((_, i) => `c${i + 1}`).join(', ');
  return `insert into ${stateNames(stored).pieces.get(values.id)} (_group, chunk_id, ${columns}, n)
     select t._group, d.chunk_id, ${columns}, d.n
     from (select ${recordOf(by)} as _key, f.* from (${source}) f) d
     join (select ${recordOf(by)} as _key, f._group from ${groups} f) t on d._key = t._key
     order by t._group`;
}

/**
 * The same, and compares what is added with the least and the greatest value that each group has so far: the pieces of
 * before are not read, of which there may be one for each file.
 */
export async function widenByPieces(
  client: pg.ClientBase,
  stored: StoredRollup,
  values: RollupValues,
  source: Relation,
): Promise<void> {
  const answers = widenedAnswers(stored.rollup, values);
  if (answers.length === 0) return addPieces(client, stored, values, source);
  const { state, pieces } = stateNames(stored);
  await client.query(
    `create temporary table rollup_pieces on commit drop as select _group, c1 from ${pieces.get(values.id)} limit 0`,
  );
  await client.query(
    `with added as (${insertPieces(stored, values, source.sql)} returning _group, c1)
     insert into pg_temp.rollup_pieces select _group, c1 from added`,
    [...source.values],
  );
  await client.query('analyze pg_temp.rollup_pieces');
  const set = answers.map((answer) => widened(answer, `p.${endOf(answer)}`));
  await client.query(
    `update ${state} s set ${set.join(', ')}
     from (${endsOfPieces('_group', 'pg_temp.rollup_pieces')}) p where s._group = p._group`,
  );
  await client.query('drop table pg_temp.rollup_pieces');
}

interface WidenedAnswer {
  readonly column: string;
  readonly kind: ValuesPick['kind'];
}

/** The answers that are the least or the greatest of these values; they are if `isWidened`. */
export function widenedAnswers({ measures }: CompiledRollup, { id }: RollupValues): WidenedAnswer[] {
  return measures.flatMap(({ answer }) =>
    answer?.kind === 'values' && answer.values === id && answer.pick.kind !== 'percentile'
      ? [{ column: answer.column, kind: answer.pick.kind }]
      : [],
  );
}

/** Sets the answer of a row `s` to the least or the greatest of what it was and `value`. */
export function widened({ column, kind }: WidenedAnswer, value: string): string {
  return `${column} = ${kind === 'min' ? 'least' : 'greatest'}(s.${column}, ${value})`;
}

/** Which column of `endsOfPieces` the answer follows from. */
export function endOf({ kind }: WidenedAnswer): '_low' | '_high' {
  return kind === 'min' ? '_low' : '_high';
}

/** A select of the least and the greatest value of all pieces of a group. `pieces`: in FROM, with `groups` and c1. */
export function endsOfPieces(groups: string, pieces: string): string {
  return `select ${groups}, (array_agg(_low order by _low))[1] as _low, (array_agg(_high order by _high desc))[1] as _high
    from (select ${groups}, c1[1] as _low, c1[cardinality(c1)] as _high from ${pieces}) e group by ${groups}`;
}

const ordered = ({ sql, isText }: RollupInput) => (isText ? `${sql} collate "C"` : sql);

/** The pieces of facts, for `addPieces`. */
export function piecesOfFacts({ rollup }: StoredRollup, values: RollupValues, facts: Relation): Relation {
  const { by, where } = rollup;
  const groups = by.map(({ name }) => identifier(name)).join(', ');
  const groupsOf = by.map((group) => `${ordered(group)} as ${identifier(group.name)}`).join(', ');
  const names = values.columns.map((_, i) => `c${i + 1}`);
  const columns = values.columns.map((column, i) => `${ordered(column)} as ${names[i]}`);
  const present = [
    ...(where === null ? [] : [where.sql]),
    ...values.columns.map(({ sql }) => `${sql} is not null`),
  ];
  const order = names.join(', ');
  const counted = `select ${groupsOf}, f.chunk_id, ${columns.join(', ')}, count(*) as n
    from (${facts.sql}) f where ${present.join(' and ')}
    group by ${Array.from({ length: by.length + 1 + names.length }, (_, i) => i + 1).join(', ')}`;
  const sorted = (name: string) => `array_agg(${name} order by ${order}) as ${name}`;
  const grouped = `select ${groups}, chunk_id, ${[...names, 'n'].map(sorted).join(', ')}
    from (${counted}) v group by ${groups}, chunk_id`;
  if (!isExtreme(rollup, values)) return { sql: grouped, values: facts.values };
  const ends = names.map((name) => `array[${name}[1], ${name}[cardinality(${name})]] as ${name}`);
  const sql = `select ${groups}, chunk_id, ${ends.join(', ')}, null::bigint[] as n from (${grouped}) v`;
  return { sql, values: facts.values };
}

/** Removes the pieces of these chunks. */
export async function removePieces(
  client: pg.ClientBase,
  stored: StoredRollup,
  values: RollupValues,
  chunkIds: readonly number[],
): Promise<void> {
  await client.query(`delete from ${stateNames(stored).pieces.get(values.id)} where ${inChunks(chunkIds)}`);
}
