/**
 * Keys of files that were loaded when the definition did not have the rule: taken from the star, once. The
 * definition that a file was loaded with says where its columns are; where they are not in the star at all,
 * nobody knows the keys, and the rule cannot be kept.
 */
import pg from 'pg';
import { type StoredDefinition, storedDefinition } from '../../../ledger/definition.ts';
import { sql } from '../../../ledger/sql.ts';
import type { CompiledDataset, CompiledStar, CompiledUnique, LogicalType } from '../../../model/compiled.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { keySql } from './batch-keys.ts';

interface Loaded {
  readonly fileId: number;
  readonly name: string;
  readonly version: string;
}

/** In the transaction that settles a file. Throws LF_UNIQUE_UNKNOWN. */
export async function noteLoaded(
  client: pg.ClientBase,
  dataset: CompiledDataset,
  rule: CompiledUnique,
  ruleId: number,
): Promise<void> {
  const { rows } = await client.query(sql('rules/unsettled-loaded'), [dataset.name, ruleId]);
  const files: Loaded[] = rows.map((row) => ({
    fileId: row.file_id,
    name: row.name,
    version: row.definition_version,
  }));
  if (files.length === 0) return;
  for (const version of new Set(files.map((file) => file.version))) {
    const group = files.filter((file) => file.version === version);
    const stored = await storedDefinition(client, version);
    const statement = stored === null ? null : statementOf(dataset, rule, stored);
    if (statement === null) throw unknown(dataset, rule, group);
    if (statement !== '') await client.query(statement, [ruleId, group.map((file) => file.fileId)]);
  }
  await client.query(sql('rules/settle-rules'), [files.map((file) => file.fileId), [ruleId]]);
}

function unknown(dataset: CompiledDataset, rule: CompiledUnique, files: readonly Loaded[]): LandfallError {
  const columns = rule.columns.map((c) => dataset.columns[c].name).join(', ');
  const values = {
    dataset: dataset.name,
    rule: rule.name,
    columns,
    files: files.length,
    first: files[0].name,
  };
  return new LandfallError('LF_UNIQUE_UNKNOWN', values);
}

/**
 * Notes the keys of $2's facts for the rule $1. '' where the files have none: a column was not there then, and
 * a row with a null in it has no key. Null where the columns are not in the star.
 */
function statementOf(
  dataset: CompiledDataset,
  rule: CompiledUnique,
  { columns, star }: StoredDefinition,
): string | null {
  const wanted = rule.columns.map((c) => dataset.columns[c]);
  if (wanted.some(({ name }) => !columns.some((column) => column.name === name))) return '';
  const joins = new Map<number, string>();
  const found = wanted.map(({ name, logical }) => placeOf(star, name, logical, joins));
  if (found.includes(null)) return null;
  const keys = found as { sql: string; logical: LogicalType }[];
  const schema = pg.escapeIdentifier(star.schema);
  return `insert into landfall.unique_key (rule_id, key, file_id, chunk_id, byte_offset, line)
    select $1, ${keySql(keys)}, c.file_id, c.chunk_id, -1, 0
    from ${schema}.${pg.escapeIdentifier(star.fact)} f
    join landfall.chunk c on c.chunk_id = f.chunk_id ${[...joins.values()].join(' ')}
    where c.file_id = any($2) and ${keys.map((key) => `${key.sql} is not null`).join(' and ')}`;
}

/** Where the star has the column: among the facts, or in a dimension that is then joined. */
function placeOf(
  star: CompiledStar,
  name: string,
  logical: LogicalType,
  joins: Map<number, string>,
): { sql: string; logical: LogicalType } | null {
  const fact = star.columns.find((column) => column.kind === 'value' && column.vector === name);
  if (fact !== undefined) return { sql: `f.${pg.escapeIdentifier(fact.name)}`, logical };
  for (const role of star.columns) {
    if (role.kind !== 'dimension') continue;
    const dimension = star.dimensions[role.dimension];
    if (dimension.kind !== 'lookup') continue;
    const natural = dimension.natural.find((column) => column.vector === name);
    if (natural === undefined) continue;
    const alias = `d${role.dimension}`;
    const table = `${pg.escapeIdentifier(star.schema)}.${pg.escapeIdentifier(dimension.table)}`;
    const on = `${alias}.${pg.escapeIdentifier(dimension.key)} = f.${pg.escapeIdentifier(role.name)}`;
    joins.set(role.dimension, `join ${table} ${alias} on ${on}`);
    return { sql: `${alias}.${pg.escapeIdentifier(natural.name)}`, logical };
  }
  return null;
}
