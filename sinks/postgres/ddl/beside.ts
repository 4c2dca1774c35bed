/** The names of what is built beside what people read, until it takes its place; and SQL that reads it. */
import type { CompiledMart } from '../../../model/compiled.ts';
import { shortName } from '../events/table-names.ts';
import { indexName } from './sql-columns.ts';

/** A table, view or index, by its name beside and by the one that it gets. Without the schema. */
export interface Renamed {
  readonly beside: string;
  readonly name: string;
}

/** The name of what a rebuild builds beside `name`. It stays if the process dies, until the next rebuild. */
export function besideName(name: string): string {
  return shortName(`_rebuilt_${name}`);
}

/** The name of a mart that is made beside `name`, and takes its place in the same transaction. */
export function nextName(name: string): string {
  return shortName(`_next_${name}`);
}

/** The names of a mart, and of the index of one that is a table. `nameOf`: how it is named beside. */
export function martNames(mart: CompiledMart, nameOf: (name: string) => string): Renamed[] {
  const names = { beside: nameOf(mart.name), name: mart.name };
  if (mart.kind !== 'table' || mart.uniqueKey.length === 0) return [names];
  const { uniqueKey } = mart;
  return [names, { beside: indexName(names.beside, uniqueKey), name: indexName(mart.name, uniqueKey) }];
}

/** Strings and comments, which are not code. Then a qualified name, of which each part may be quoted. */
const tokens =
  /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$|(?<![\w$".])("[^"]+"|[A-Za-z_][\w$]*)\s*\.\s*("[^"]+"|[A-Za-z_][\w$]*)/g;

/** The SQL with other names for what the schema has under these. */
export function readBeside(sql: string, schema: string, names: ReadonlyMap<string, string>): string {
  return sql.replace(tokens, (all, _tag, at: string | undefined, name: string | undefined) => {
    if (at === undefined || name === undefined || plain(at) !== schema) return all;
    const beside = names.get(plain(name));
    return beside === undefined ? all : `"${schema}"."${beside}"`;
  });
}

function plain(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1) : identifier.toLowerCase();
}
