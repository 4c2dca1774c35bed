/** A named query with its values as texts that are copied: an address, a command, SQL. */
import type { QueryDetail } from '../../../platform/progress/dataset-detail.ts';
import { addressOf } from '../route.ts';

/** By the names of parameters. Empty: the default, or nothing. */
export type QueryValues = Readonly<Record<string, string>>;

/** The values that the address of a page gives the parameters. */
export function valuesOf({ parameters }: QueryDetail, given: URLSearchParams): QueryValues {
  return Object.fromEntries(parameters.map(({ name }) => [name, given.get(`p.${name}`) ?? '']));
}

/** Where the query is answered with these values. */
export function answerAddress({ path }: QueryDetail, values: QueryValues, format = ''): string {
  return addressOf(path + format, values);
}

/** The page with the form filled in. It asks nothing by itself. */
export function pageAddress(dataset: string, { name }: QueryDetail, values: QueryValues): string {
  const filled = Object.fromEntries(Object.entries(values).map(([key, value]) => [`p.${key}`, value]));
  return addressOf(`/datasets/${encodeURIComponent(dataset)}`, { query: name, ...filled });
}

export function curlOf(origin: string, query: QueryDetail, values: QueryValues): string {
  return `curl '${origin}${answerAddress(query, values).replaceAll("'", '%27')}'`;
}

/** For psql 16 or later, which binds values to parameters. */
export function sqlOf({ sql, parameters }: QueryDetail, values: QueryValues): string {
  const select = sql.trim().replace(/;\s*$/, '');
  if (parameters.length === 0) return `${select};`;
  const bound = parameters.map(
    ({ name, default: usual }) => `'${(values[name] || String(usual ?? '')).replaceAll("'", "''")}'`,
  );
  return `${select}\n\\bind ${bound.join(' ')} \\g`;
}
