/** Columns that describe one thing: a station's id, its name and its place. Each becomes a dimension. */
import { typeOf } from '../../types/column-types.ts';
import type { FoundColumn } from '../contract.ts';
import type { CodedColumn } from './column-codes.ts';
import { areKin, isIdName, isMeasureName, isPlaceName, keyRank } from './column-words.ts';
import { dependencyOf, dependsOn } from './dependencies.ts';

/** A natural key and the columns that depend on it. */
export interface Entity {
  readonly key: CodedColumn;
  readonly attributes: readonly CodedColumn[];
}

/** A column that would be an attribute, were it not for a few members that have several values. */
export interface NearMiss {
  readonly key: string;
  readonly column: string;
  readonly broken: number;
  readonly members: number;
}

/**
 * Rows with a value, fewer of which say nothing about what repeats; rows per member, of texts alone, and of keys that
 * other columns depend on.
 */
const least = { rows: 20, rowsPerText: 5, rowsPerKey: 3 };
/** A unique index holds keys of up to 2,704 bytes; a longer text is no key but prose. */
const keyBytesMost = 500;
/** Share of members that may contradict each other for a remark to be worth it. */
const nearShare = 0.02;

/** Keys that are tried: what has more columns than that is a matrix, not a list of things. */
const keysMost = 100;

/**
 * The things that the columns describe. `date`: the best date; what it depends on is an event, such as an order of
 * several lines, and no dimension.
 */
export function findEntities(
  columns: readonly CodedColumn[],
  date: CodedColumn | null,
): { readonly entities: Entity[]; readonly nearMisses: NearMiss[] } {
  const keys = columns
    .filter((column) => mayBeKey(column) && !(date !== null && dependsOn(date, column)))
    .sort((a, b) => a.distinct - b.distinct || rankOf(a) - rankOf(b))
    .slice(0, keysMost);
  const used = new Set<CodedColumn>();
  const entities: Entity[] = [];
  const nearMisses: NearMiss[] = [];
  for (const key of keys) {
    if (used.has(key)) continue;
    const free = columns.filter((column) => column !== key && column !== date && !used.has(column));
    const attributes = free.filter((column) => mayDescribe(column, key) && dependsOn(column, key));
    if (attributes.length === 0) continue;
    entities.push({ key, attributes });
    for (const column of [key, ...attributes]) used.add(column);
    nearMisses.push(...free.filter((column) => !used.has(column)).flatMap((column) => nearMiss(column, key)));
  }
  for (const column of columns) {
    if (!used.has(column) && isTextOfFewValues(column.column)) entities.push({ key: column, attributes: [] });
  }
  const place = (entity: Entity) => columns.indexOf(entity.key);
  return { entities: entities.sort((a, b) => place(a) - place(b)), nearMisses };
}

/** The best key first among columns that mean the same. */
function rankOf({ column }: CodedColumn): number {
  return keyRank(column.name) + (isPlaceName(column.name) ? 10 : 0) + (column.facts.nulls > 0 ? 0.5 : 0);
}

function mayBeKey({ column, distinct }: CodedColumn): boolean {
  const { facts, guess, name } = column;
  const values = facts.rows - facts.nulls;
  if (values < least.rows || distinct < 2 || facts.distinct > values / least.rowsPerKey) return false;
  if (guess.type === 'text') return (facts.bytesMost ?? 0) <= keyBytesMost;
  if (guess.type === 'uuid') return true;
  return isWhole(column) && !isMeasureName(name) && !isPlaceName(name);
}

function isWhole({ guess }: FoundColumn): boolean {
  return (
    ['smallint', 'integer', 'bigint'].includes(guess.type) ||
    (guess.type === 'numeric' && guess.digits?.[1] === 0)
  );
}

/**
 * True for columns that may describe what `key` names: by a shared word; as a text beside an id; as another name for
 * the same thing. Measures stay with the facts.
 */
function mayDescribe(column: CodedColumn, key: CodedColumn): boolean {
  const { name, guess } = column.column;
  const keyName = key.column.name;
  if (!isMember(column.column) || column.distinct < 2) return false;
  const isText = guess.type === 'text' || guess.type === 'uuid';
  if (!isText && isMeasureName(name)) return false;
  const isOfId = isIdName(keyName) || key.column.guess.type === 'text';
  if (areKin(keyName, name)) return isText || isOfId;
  if (isPlaceName(name)) return isOfId;
  if (!isText && !(isIdName(name) && isWhole(column.column))) return false;
  const isSameThing = column.distinct === key.distinct && dependsOn(key, column);
  return isSameThing ? isText || isOfId : isIdName(keyName) && isText;
}

/** A type that a dimension's table may hold. */
function isMember({ guess }: FoundColumn): boolean {
  const { type } = guess;
  if (type === 'numeric') return true;
  return type !== 'point' && typeOf({ type } as Parameters<typeof typeOf>[0]).member !== null;
}

function isTextOfFewValues({ guess, facts }: FoundColumn): boolean {
  const values = facts.rows - facts.nulls;
  return (
    guess.type === 'text' &&
    values >= least.rows &&
    facts.distinct >= 2 &&
    facts.distinct <= values / least.rowsPerText &&
    (facts.bytesMost ?? 0) <= keyBytesMost
  );
}

function nearMiss(column: CodedColumn, key: CodedColumn): NearMiss[] {
  const most = Math.floor(key.distinct * nearShare);
  if (most < 1 || !mayDescribe(column, key)) return [];
  const { broken } = dependencyOf(key, column, most);
  if (broken === 0 || broken > most) return [];
  return [{ key: key.column.name, column: column.column.name, broken, members: key.distinct }];
}
