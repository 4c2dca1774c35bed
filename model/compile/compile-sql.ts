/** Compiles marts and queries: SQL from a text or a file, with named parameters. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CompiledMart, CompiledQuery, CompiledStar, OrderColumn } from '../compiled.ts';
import type { CompiledRollup } from '../compiled-rollup.ts';
import type { DatasetDefinition } from '../language/define.ts';
import type { QueryParameter, SqlMart, SqlText } from '../language/star.ts';
import { didYouMean, shown } from '../words.ts';
import { compileChart } from './compile-charts.ts';
import { dimensionsOf } from './compile-dimension.ts';
import { messageOf } from './compile-enrichments.ts';
import { checkIdentifier } from './compile-names.ts';
import { durationMs } from './duration.ts';
import type { Mistakes } from './mistakes.ts';
import { compileRollup } from './rollups/compile-rollup.ts';

/** The statement without its final semicolon; '' and a mistake if it cannot be read. */
export function textOf(sql: SqlText, place: string, mistakes: Mistakes): string {
  let text = '';
  try {
    text = sql instanceof URL ? readFileSync(fileURLToPath(sql), 'utf8') : String(sql);
  } catch (error) {
    mistakes.add(
      place,
      `its file cannot be read: ${messageOf(error)}`,
      'Check the URL: new URL(…, import.meta.url)',
    );
    return '';
  }
  const trimmed = text.trim().replace(/;$/, '').trim();
  if (trimmed === '') mistakes.add(place, 'there is no SQL', 'Write a select');
  return trimmed;
}

/** `star`: null for a dataset without one, whose marts are a mistake already. */
export function compileMarts(
  source: DatasetDefinition,
  star: CompiledStar | null,
  mistakes: Mistakes,
): CompiledMart[] {
  return Object.entries(source.marts ?? {}).flatMap(([name, mart]): CompiledMart[] => {
    const place = `marts.${name}`;
    checkIdentifier(name, place, mistakes);
    const tables = Object.values(dimensionsOf(source)).map(({ table }) => table);
    if (source.star !== 'none' && [source.star.fact, ...tables].includes(name)) {
      mistakes.add(place, 'the star already has a table of that name', 'Give the mart another name');
    }
    if (mart.kind === 'rollup') {
      if (star === null) return [];
      const compiled = compileRollup(name, mart, star, place, mistakes);
      if (star.layout === 'packed') refuseTouched(compiled, place, mistakes);
      return [compiled];
    }
    const { kind, uniqueKey } = mart;
    const sql = textOf(mart.sql, place, mistakes);
    return [{ name, kind, sql, uniqueKey, ...staleness(mart, place, mistakes) }];
  });
}

/** Packed facts have no index by which those of a group are found. */
function refuseTouched({ measures }: CompiledRollup, place: string, mistakes: Mistakes): void {
  for (const { name, class: kind } of measures) {
    if (kind !== 'touched') continue;
    const what =
      'it is computed again from the facts of a group, which cannot be found where they are packed';
    mistakes.add(`${place}.measures.${name}`, what, "Leave it out, or say layout: 'rows' in the star");
  }
}

function staleness({ maxStale }: SqlMart, place: string, mistakes: Mistakes): { maxStaleMs?: number } {
  if (maxStale === undefined) return {};
  const maxStaleMs = durationMs(maxStale);
  if (maxStaleMs !== null && maxStaleMs > 0) return { maxStaleMs };
  mistakes.add(`${place}.maxStale`, `${shown(maxStale)} is not a duration`, "Say '30s', '5m', '1h' or '1d'");
  return {};
}

export function compileQueries(source: DatasetDefinition, mistakes: Mistakes): CompiledQuery[] {
  return Object.entries(source.queries ?? {}).map(([name, query]) => {
    const place = `queries.${name}`;
    const parameters = Object.entries(query.parameters ?? {}).map(([key, parameter]) => ({
      name: key,
      ...parameter,
    }));
    const text = textOf(query.sql, place, mistakes);
    const { sql, used } = numbered(text, query.parameters ?? {}, place, mistakes);
    for (const { name: key } of parameters) {
      if (text !== '' && !used.has(key))
        mistakes.add(place, `its SQL does not use :${key}`, 'Use it, or remove the parameter');
    }
    const chart = query.chart && compileChart(query.chart, `${place}.chart`, null, mistakes);
    const order = query.order && orderOf(query.order, `${place}.order`, mistakes);
    const more = { ...(chart && { chart }), ...(order && { order }) };
    return { name, description: query.description, sql, parameters, ...more };
  });
}

function orderOf(order: readonly string[], place: string, mistakes: Mistakes): OrderColumn[] {
  if (!Array.isArray(order) || order.length === 0) {
    mistakes.add(
      place,
      `${shown(order)} names no columns`,
      "Name those that no two rows share: ['rides desc', 'hour']",
    );
    return [];
  }
  const columns = order.map((text, i): OrderColumn => {
    const [, column = '', direction = ''] = /^(.+?)(?: (asc|desc))?$/i.exec(String(text).trim()) ?? [];
    if (column === '' || /\s(asc|desc|nulls)\b|,/i.test(column))
      mistakes.add(
        `${place}[${i}]`,
        `${shown(text)} is not a column`,
        "Say one column, and perhaps desc: 'rides desc'",
      );
    return { column, descending: direction.toLowerCase() === 'desc' };
  });
  const names = columns.map(({ column }) => column);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) mistakes.add(place, `${twice} is named twice`, 'Name each column once');
  return columns;
}

const postgresTypes = {
  text: 'text',
  integer: 'integer',
  float8: 'double precision',
  date: 'date',
  timestamp: 'timestamptz',
} as const;

/** Where `:name` is not a parameter: in comments, strings, quoted names, dollar quotes and casts. */
const sqlPieces =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|::|:([a-z_][a-z0-9_]*)/gi;

/** Replaces `:name` by `$1::type`, so that Postgres does not guess the type. */
function numbered(
  sql: string,
  parameters: Readonly<Record<string, QueryParameter>>,
  place: string,
  mistakes: Mistakes,
): { sql: string; used: Set<string> } {
  const order = Object.keys(parameters);
  const used = new Set<string>();
  const text = sql.replace(sqlPieces, (whole, _tag, name: string | undefined) => {
    if (name === undefined) return whole;
    const parameter = parameters[name];
    if (parameter === undefined) {
      mistakes.add(place, `its SQL uses :${name}, which is not a parameter`, didYouMean(name, order));
      return whole;
    }
    used.add(name);
    return `$${order.indexOf(name) + 1}::${postgresTypes[parameter.type] ?? 'text'}`;
  });
  for (const [name, { type }] of Object.entries(parameters)) {
    if (type in postgresTypes) continue;
    mistakes.add(
      `${place}.parameters.${name}`,
      `there is no type ${type}`,
      `Types: ${Object.keys(postgresTypes).join(', ')}`,
    );
  }
  return { sql: text, used };
}
