/** The rows that chunks have brought, as SQL that a check reads. */
import pg from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
import { qualified } from '../ddl/sql-columns.ts';
import { eventTableNames } from '../events/table-names.ts';
import { inChunks } from './in-chunks.ts';

const id = pg.escapeIdentifier;

/** Selects with the columns of the fact table that people are shown. */
export interface RowsOfChunks {
  /** The rows of the chunks; of a keyed dataset their events, without deletions. */
  readonly facts: string;
  /** Rows of all groups that the chunks touch: of a keyed dataset all events of the keys that they bring. */
  readonly touched: string;
}

/** For chunks whose files are ending or done. */
export function rowsOfChunks(star: CompiledStar, chunkIds: readonly number[]): RowsOfChunks {
  const names = star.columns.map(({ name }) => name).filter((name) => !name.startsWith('_'));
  const list = names.map(id).join(', ');
  const ofChunks = inChunks(chunkIds);
  if (star.keyed === null) {
    const facts = `select ${list} from ${qualified(star.schema, star.fact)} where ${ofChunks}`;
    return { facts, touched: facts };
  }
  const { current, superseded } = eventTableNames(star.fact);
  const both = (columns: string, where: string) =>
    [current, superseded]
      .map((table) => `select ${columns} from ${id(star.schema)}.${id(table)} where ${where}`)
      .join(' union all ');
  return {
    facts: both(list, star.keyed.deleted ? `${ofChunks} and not _deleted` : ofChunks),
    touched: both(list, `_key in (${both('_key', ofChunks)})`),
  };
}
