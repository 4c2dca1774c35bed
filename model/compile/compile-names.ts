/** What can be named in a dataset: columns, halves of points, enrichments; each with its type. */
import type { LogicalType } from '../compiled.ts';
import type { Use } from '../types/column-type.ts';
import { typeOf, typesFor } from '../types/column-types.ts';
import { didYouMean, list, shown } from '../words.ts';
import type { Mistakes } from './mistakes.ts';

export interface Named {
  readonly logical: LogicalType;
  /** Every loaded row has a value. */
  readonly notNull: boolean;
}

/** Names in the order in which they were written. Names that begin with # are internal. */
export type Names = Map<string, Named>;

export function isInner(name: string): boolean {
  return name.startsWith('#');
}

/** The entry of a name that lake or star refers to, or a mistake. `use`: a use that its type must have. */
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

/** Checks a name that becomes an SQL identifier: lower case, so that nobody needs to quote it. */
export function checkIdentifier(name: string, place: string, mistakes: Mistakes): void {
  if (identifier.test(name) && name.length <= 63) return;
  mistakes.add(
    place,
    `${shown(name)} is not a plain SQL name`,
    'Use lower case letters, digits and _, beginning with a letter, at most 63 of them; header texts go into aliases',
  );
}

/** Refuses names that are listed twice. */
export function refuseRepeats(
  names: readonly string[],
  place: string,
  mistakes: Mistakes,
  fix = 'Remove one, or rename it',
): void {
  for (const name of new Set(names.filter((name, i) => names.indexOf(name) !== i))) {
    mistakes.add(place, `${name} is listed twice`, fix);
  }
}
