/** Stars as earlier definitions of a dataset had them, and as they are in the database. */
import type { CompiledStar } from '../../model/compiled.ts';
import { type Client, type Row, run } from '../statements/run.ts';

/** The stars of all versions of a dataset's definition that were used. */
export async function earlierStars(client: Client, dataset: string): Promise<CompiledStar[]> {
  const rows = await run(client, 'definitions/earlier-stars', [dataset]);
  return rows.map(({ star }) => star as CompiledStar);
}

/** A column of a table that exists. */
export type StarColumn = Row<'definitions/star-columns'>;

/** Columns of those of the tables that exist, in order. */
export function starColumns(
  client: Client,
  schema: string,
  tables: readonly string[],
): Promise<StarColumn[]> {
  return run(client, 'definitions/star-columns', [schema, tables]);
}
