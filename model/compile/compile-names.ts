/** What can be named in a dataset: columns, halves of points, enrichments; each with its type. */
import type { LogicalType } from '../compiled.ts';
import type { Use } from '../types/column-type.ts';
import { typeOf, typesFor } from '../types/column-types.ts';
import { didYouMean, list } from '../words.ts';
import type { Mistakes } from './mistakes.ts';

export interface Named {
  readonly logical: LogicalType;
  /** Has a value in every row that is loaded. */
  readonly notNull: boolean;
}

/** Names in the order in which they were written. Names that begin with # stay inside. */
export type Names = Map<string, Named>;

export function isInner(name: string): boolean {
  return name.startsWith('#');
}

/** The entry of a name that lake or star asks for, or a mistake. `use`: what its type must be good for. */
export function nameAt(
  names: Names,
  name: string,
  place: string,
  mistakes: Mistakes,
  use?: Use,
): Named | null {
  const named = isInner(String(name)) ? undefined : names.get(name);
  if (named === undefined) {
    const known = [...names.keys()].filter((key) => !isInner(key));
    mistakes.add(place, `there is no column or enrichment ${name}`, didYouMean(String(name), known));
    return null;
  }
  if (use !== undefined && typeOf(named.logical)[use] === null) {
    mistakes.add(place, `${name} is a ${named.logical.type}`, `Name a ${list(typesFor(use), 'or')} here`);
    return null;
  }
  return named;
}

const identifier = /^[a-z_][a-z0-9_]*$/;

/** Names that become SQL identifiers: lower case, so that people need not quote them. */
export function checkIdentifier(name: string, place: string, mistakes: Mistakes): void {
  if (identifier.test(name) && name.length <= 63) return;
  mistakes.add(
    place,
    `${JSON.stringify(name)} is not a plain SQL name`,
    'Use lower case letters, digits and _, beginning with a letter, at most 63 of them; header texts go into aliases',
  );
}
