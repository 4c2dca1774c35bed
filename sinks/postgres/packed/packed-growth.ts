/** What a view of packed facts needs when the definition has more than its table. */
import type pg from 'pg';
import type { CompiledStar, FactColumn } from '../../../model/compiled.ts';
import { columnNames } from '../ddl/columns-there.ts';
import { identifier, qualified } from '../ddl/sql-columns.ts';
import { packedName, packedParts, validName } from './packed-columns.ts';
import { packedSelect } from './packed-ddl.ts';

/**
 * The statement that makes a view of packed facts show what the table has, once it has grown. Columns that may have had
 * nulls before show them still.
 */
export async function packedGrowth(client: pg.ClientBase, star: CompiledStar): Promise<string[]> {
  const { schema, fact } = star;
  const had = new Set(await columnNames(client, schema, packedName(fact)));
  if (had.size === 0) return [];
  const there = await columnNames(client, schema, fact);
  const grows = packedParts(star).some(({ name }) => !had.has(name));
  if (there.length > 0 && !grows) return [];
  const columns = star.columns.map((column): FactColumn => {
    const hadNulls = column.kind === 'value' && had.has(validName(column.name));
    return hadNulls ? { ...column, notNull: false } : column;
  });
  const select = packedSelect({ ...star, columns }, there.map(identifier));
  return [`create or replace view ${qualified(schema, fact)} as ${select}`];
}
