/**
 * Keys of files that were loaded before the definition had the rule. They are read from the star, once. The
 * definition that a file was loaded with says where its columns are. If they are not in the star, the keys are
 * unknown, and the rule cannot be enforced.
 */
import pg from 'pg';
import { type StoredDefinition, storedDefinition } from '../../../ledger/definition.ts';
import { settleRules, type UnruledFile, unruledFiles } from '../../../ledger/tables/rules.ts';
import { type FactKeys, noteFactKeys } from '../../../ledger/tables/unique.ts';
import type { CompiledDataset, CompiledStar, CompiledUnique, LogicalType } from '../../../model/compiled.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { keySql } from './batch-keys.ts';

/** Call this in the transaction that settles a file. Throws LF_UNIQUE_UNKNOWN. */
export async function noteLoaded(
  client: pg.ClientBase,
  dataset: CompiledDataset,
  rule: CompiledUnique,
  ruleId: number,
): Promise<void> {
  const files = await unruledFiles(client, dataset.name, ruleId);
  if (files.length === 0) return;
  for (const version of new Set(files.map((file) => file.definitionVersion))) {
    const group = files.filter((file) => file.definitionVersion === version);
    const stored = await storedDefinition(client, version);
    const keys = stored === null ? null : keysOf(dataset, rule, stored);
    if (keys === null) throw unknown(dataset, rule, group);
    const fileIds = group.map((file) => file.fileId);
    if (keys !== 'none') await noteFactKeys(client, ruleId, fileIds, keys);
  }
  const fileIds = files.map((file) => file.fileId);
  await settleRules(client, fileIds, [ruleId]);
}

function unknown(
  dataset: CompiledDataset,
  rule: CompiledUnique,
  files: readonly UnruledFile[],
): LandfallError {
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
 * How to select the keys from facts of the stored definition. 'none' if the facts have no keys: the rows are not in
 * the star, or a column did not exist then, and a row with a null in it has no key. Null if the columns are not in
 * the star.
 */
function keysOf(
  dataset: CompiledDataset,
  rule: CompiledUnique,
  { columns, star }: StoredDefinition,
): FactKeys | 'none' | null {
  if (star === null) return 'none';
  const wanted = rule.columns.map((c) => dataset.columns[c]);
  if (wanted.some(({ name }) => !columns.some((column) => column.name === name))) return 'none';
  const joins = new Map<number, string>();
  const found = wanted.map(({ name, logical }) => placeOf(star, name, logical, joins));
  if (found.includes(null)) return null;
  const keys = found as { sql: string; logical: LogicalType }[];
  return {
    key: keySql(keys),
    facts: `${pg.escapeIdentifier(star.schema)}.${pg.escapeIdentifier(star.fact)}`,
    joins: [...joins.values()].join(' '),
    condition: keys.map((key) => `${key.sql} is not null`).join(' and '),
  };
}

/** Where the star has the column: in the fact table, or in a dimension, which is then joined. */
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
