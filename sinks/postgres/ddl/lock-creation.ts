/** Datasets that share a schema or a dimension create it one after another. */
import pg from 'pg';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { tablesOf } from '../../../model/definitions/table-owners.ts';

/** The first key of the advisory locks under which tables are created. The second is a hash of their schema. */
const creationLock = 0x1a4df41b;

/**
 * If a table of the dataset is missing, waits until no other dataset creates tables in its schema, and makes others
 * wait until this transaction ends. `create … if not exists` is no help: of two sessions that run it at the same time,
 * one fails.
 */
export async function lockCreation(client: pg.ClientBase, dataset: CompiledDataset): Promise<void> {
  if (dataset.star === null) return;
  const tables = [...tablesOf(dataset).keys()].map((name) =>
    name.split('.').map(pg.escapeIdentifier).join('.'),
  );
  const { rows } = await client.query(
    'select bool_or(to_regclass(name) is null) as missing from unnest($1::text[]) as name',
    [tables],
  );
  if (rows[0].missing)
    await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [creationLock, dataset.star.schema]);
}
