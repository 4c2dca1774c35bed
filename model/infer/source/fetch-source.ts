/** The lines of mode and sources. */
import type { FoundFetch } from '../fetched/contract.ts';
import { type Expression, expressionOf } from './print-expression.ts';
import { property, remarkLines } from './star-source.ts';

/** Builders that the lines use. */
export function fetchBuilders(fetch: FoundFetch | undefined): string[] {
  if (fetch === undefined) return [];
  const { source, mode } = fetch;
  const builders = mode === null ? [source.kind] : [source.kind, mode.mode];
  const calls = callsIn([fetchExpression(source.options), fetchExpression(mode?.options ?? {})]);
  return [...builders, ...calls];
}

export function modeLines(fetch: FoundFetch | undefined): string[] {
  const mode = fetch?.mode ?? null;
  if (mode === null) return [];
  const call = { call: mode.mode, values: [fetchExpression(mode.options)] };
  return [...remarkLines(mode.remarks, 2), ...property('mode', call, 2)];
}

export function sourceLines(fetch: FoundFetch | undefined): string[] {
  if (fetch === undefined) return [];
  const { name, kind, options, remarks } = fetch.source;
  const call = { call: kind, values: [fetchExpression(options)] };
  return ['  sources: {', ...remarkLines(remarks, 4), ...property(name, call, 4), '  },'];
}

/** A value of the environment and a pattern of names are calls of their builders. */
export function fetchExpression(value: unknown): Expression {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return expressionOf(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const [[key, only] = ['', null]] = members;
  if (members.length === 1 && key === 'env') return { call: 'env', values: [expressionOf(only)] };
  if (members.length === 1 && key === 'pattern') return { call: 'fromName', values: [expressionOf(only)] };
  return { object: members.map(([name, member]) => [name, fetchExpression(member)]) };
}

function callsIn(expressions: readonly Expression[]): string[] {
  return expressions.flatMap((one) => {
    if ('call' in one) return [one.call];
    return 'object' in one ? callsIn(one.object.map(([, value]) => value)) : [];
  });
}
