/** Which other datasets' tables the SQL of a dataset reads: they must be there before its marts can be created. */
import type { CompiledDataset } from '../compiled.ts';
import { tablesOf } from './table-owners.ts';

/** A name with its schema, in any case, quoted or not. */
const qualified = /"?(\w+)"?\s*\.\s*"?(\w+)"?/g;
/** What the table of a dimension's versions is named after. */
const versions = /_history$/;

/**
 * The datasets to set up before this one, in the order of `all`. Where datasets read each other, those that come first
 * in `all` are set up first, so that no two wait for each other.
 */
export function setUpBefore(dataset: CompiledDataset, all: readonly CompiledDataset[]): CompiledDataset[] {
  const reads = readers(all);
  const place = ({ name }: CompiledDataset) => all.findIndex((one) => one.name === name);
  return reads(dataset).filter(
    (other) => !reaches(other, dataset.name, reads) || place(other) < place(dataset),
  );
}

type Reads = (dataset: CompiledDataset) => readonly CompiledDataset[];

/** For a dataset, the others whose tables its marts or checks name. A name in a comment counts too: it does no harm. */
function readers(all: readonly CompiledDataset[]): Reads {
  const owners = new Map<string, CompiledDataset>();
  for (const one of all) for (const table of tablesOf(one).keys()) owners.set(table, one);
  const known = new Map<string, readonly CompiledDataset[]>();
  return (dataset) => {
    const found = known.get(dataset.name) ?? othersNamed(dataset, owners);
    known.set(dataset.name, found);
    return found;
  };
}

function othersNamed(
  dataset: CompiledDataset,
  owners: ReadonlyMap<string, CompiledDataset>,
): readonly CompiledDataset[] {
  const own = tablesOf(dataset);
  const others = new Map<string, CompiledDataset>();
  for (const { sql } of [...dataset.marts, ...dataset.checks].filter(hasSql))
    for (const [, schema, table] of sql.matchAll(qualified)) {
      const name = `${schema}.${table}`;
      const owner = owners.get(name) ?? owners.get(name.replace(versions, ''));
      if (owner !== undefined && owner.name !== dataset.name && !own.has(name)) others.set(owner.name, owner);
    }
  return [...others.values()];
}

function hasSql<T extends object>(one: T): one is T & { readonly sql: string } {
  return 'sql' in one && typeof one.sql === 'string';
}

/** Whether a dataset reads the one of that name, itself or by way of others. */
function reaches(from: CompiledDataset, name: string, reads: Reads): boolean {
  const seen = new Set<string>();
  const waiting = [from];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next.name)) continue;
    seen.add(next.name);
    if (reads(next).some((other) => other.name === name)) return true;
    waiting.push(...reads(next));
  }
  return false;
}
