/** Compiles a source of rows of a PostgreSQL database. */
import type { CompiledPostgresSource, OwnMembers } from '../../compiled-source.ts';
import type { PostgresSourceOptions } from '../../language/define-sources.ts';
import { shown } from '../../words.ts';
import type { Place } from './place.ts';

/** Rows of a file, where nobody says how many. */
const pageRowsDefault = 100_000;

export function compilePostgres(
  options: PostgresSourceOptions,
  place: Place,
): OwnMembers<CompiledPostgresSource> {
  const url = place.template('url', options.url);
  if (!/^(?:postgres(?:ql)?:\/\/|\{env:)/.test(url))
    place.add('url', `${shown(url)} is not the address of a database`, "Say env('NAME') or 'postgres://…'");
  const table = place.text('table', options.table, null);
  const key = names('key', options.key, place);
  place.knows('sweep');
  if (key.length === 0)
    place.add('key', 'it is missing', "Name the columns that identify a row: key: ['id']");
  return {
    ...{ kind: 'postgres', url, table, key },
    cursor: compileCursor(options.cursor, place),
    columns: names('columns', options.columns, place),
    ...compileLag(options.lag, place),
    pageRows: place.number('pageRows', options.pageRows, pageRowsDefault, 1),
    sweep: null,
  };
}

function compileCursor(
  cursor: PostgresSourceOptions['cursor'],
  place: Place,
): CompiledPostgresSource['cursor'] {
  place.knows('cursor');
  if (cursor === undefined) return null;
  if (typeof cursor === 'string' && cursor !== '') return { column: cursor };
  if (typeof cursor === 'object' && cursor !== null && typeof cursor.sql === 'string' && cursor.sql !== '')
    return { sql: cursor.sql };
  place.add('cursor', `${shown(cursor)} is not a column`, "Name a column, or say { sql: '…' }");
  return null;
}

function compileLag(lag: PostgresSourceOptions['lag'], place: Place) {
  if (typeof lag !== 'number') return { lagMs: place.duration('lag', lag, '10m'), lagNumber: 0 };
  return { lagMs: 0, lagNumber: place.number('lag', lag, 0, 0) };
}

function names(option: string, value: readonly string[] | undefined, place: Place): readonly string[] {
  place.knows(option);
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '')) return value;
  place.add(option, `${shown(value)} is not a list of columns`, `Say ${option}: ['id']`);
  return [];
}
