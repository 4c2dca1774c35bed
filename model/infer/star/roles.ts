/** Whether several entities are roles of one thing, such as start and end station, and which types they share. */
import type { ColumnGuess } from '../contract.ts';
import type { CodedColumn } from './column-codes.ts';
import type { Retyped } from './contract.ts';
import type { Entity } from './entities.ts';

/** Share of the smaller role's members that the other must have too. */
const overlapLeast = 0.3;

const wholes = ['smallint', 'integer', 'bigint'] as const;

/** Digits of a decimal that readers of Parquet support. */
const digitsMost = 38;

/** Columns by what they are called in the table, for each entity. */
type Aligned = readonly ReadonlyMap<string, string>[];

/** True if every pair of columns has a type that holds both, and members that several roles have are the same. */
export function agree(entities: readonly Entity[], aligned: Aligned): boolean {
  const [first, ...rest] = entities.map((entity, e) => rowsByKey(entity, aligned[e]));
  if (matchedColumns(entities, aligned).some((columns) => sharedGuess(columns) === null)) return false;
  return rest.every((other) => {
    const common = [...other.keys()].filter((key) => first.has(key));
    if (common.length < overlapLeast * Math.min(first.size, other.size) || common.length === 0) return false;
    return common.every((key) => first.get(key) === other.get(key));
  });
}

/** The members of an entity: attributes by key. */
function rowsByKey({ key, attributes }: Entity, names: ReadonlyMap<string, string>): Map<string, string> {
  const sorted = [...attributes].sort((a, b) =>
    names.get(a.column.name)! < names.get(b.column.name)! ? -1 : 1,
  );
  const members = new Map<string, string>();
  const seen = new Uint8Array(key.counts.length);
  for (let row = 0; row < key.codes.length; row++) {
    const code = key.codes[row];
    if (code === key.nullCode || seen[code] === 1) continue;
    seen[code] = 1;
    members.set(key.texts[code]!, JSON.stringify(sorted.map((column) => column.texts[column.codes[row]])));
  }
  return members;
}

/** Columns of all entities that are one column of the table. */
function matchedColumns(entities: readonly Entity[], aligned: Aligned): CodedColumn[][] {
  const all = entities.map(({ key, attributes }) => [key, ...attributes]);
  return all[0].map((column) => {
    const name = aligned[0].get(column.column.name);
    return all.flatMap((columns, e) => columns.filter((other) => aligned[e].get(other.column.name) === name));
  });
}

/** The types that differ from the guesses once the roles share their table. */
export function sharedTypes(entities: readonly Entity[], aligned: Aligned | null): Record<string, Retyped> {
  const retyped: Record<string, Retyped> = {};
  for (const columns of matchedColumns(entities, aligned ?? [])) {
    const shared = sharedGuess(columns);
    if (shared === null) continue;
    for (const { column } of columns) {
      const { type, digits } = column.guess;
      if (type !== shared.type || String(digits) !== String(shared.digits)) retyped[column.name] = shared;
    }
  }
  return retyped;
}

/** A type that holds the values of all columns; null if there is none. */
function sharedGuess(columns: readonly CodedColumn[]): Retyped | null {
  const guesses = columns.map(({ column }) => column.guess);
  const [first] = guesses;
  const zones = new Set(guesses.map(({ options }) => options.zone ?? 'UTC'));
  if (zones.size > 1) return null;
  if (guesses.every(({ type }) => (wholes as readonly string[]).includes(type))) {
    return {
      type: wholes[Math.max(...guesses.map(({ type }) => wholes.indexOf(type as (typeof wholes)[number])))],
    };
  }
  if (guesses.some(({ type }) => type !== first.type)) return null;
  return first.type === 'numeric' ? sharedDigits(guesses) : { type: first.type };
}

function sharedDigits(guesses: readonly ColumnGuess[]): Retyped | null {
  const digits = guesses.map((guess) => guess.digits ?? ([digitsMost, 0] as const));
  const scale = Math.max(...digits.map(([, after]) => after));
  const precision = Math.max(...digits.map(([all, after]) => all - after)) + scale;
  return precision > digitsMost ? null : { type: 'numeric', digits: [Math.max(1, precision), scale] };
}
