/** Copies what chunks have observed of members into the tables of observations. */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ChangingDimension } from '../../../../model/compiled.ts';
import { observedColumns, observedTable } from '../../ddl/dimension-ddl.ts';
import { identifier, qualified } from '../../ddl/sql-columns.ts';

/** COPY rows of one role. */
export interface ObservedRows {
  readonly dimension: ChangingDimension;
  readonly rows: string;
}

/** In the transaction of the chunk or the group. */
export async function copyObserved(
  client: ClientBase,
  schema: string,
  observed: readonly ObservedRows[],
): Promise<void> {
  for (const { dimension, rows } of observed) {
    const columns = [
      ...observedColumns(dimension).map(([name]) => name),
      ...dimension.attributes.map(({ name }) => name),
    ].map(identifier);
    const table = qualified(schema, observedTable(dimension));
    const copy = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
    await pipeline(Readable.from([Buffer.from(rows)]), copy);
  }
}
