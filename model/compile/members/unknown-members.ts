/** Refuses members of a definition that mean nothing: TypeScript does so only where it checks the definition. */
import type { DatasetDefinition } from '../../language/define.ts';
import { didYouMean } from '../../words.ts';
import type { Mistakes } from '../mistakes.ts';
import { datasetPart, inner, type Part } from './parts.ts';

/** Adds a mistake for each member of a definition that means nothing. */
export function refuseUnknownMembers(source: DatasetDefinition, mistakes: Mistakes): void {
  refuseUnknown(source, datasetPart, '', mistakes);
}

/** The same for a part. `place`: where it is in the definition; '' for all of it. */
export function refuseUnknown(written: unknown, known: Part, place: string, mistakes: Mistakes): void {
  if (known === null || typeof written !== 'object' || written === null || written instanceof URL) return;
  const within = (name: string) => (place === '' ? name : `${place}.${name}`);
  if ('choose' in known) {
    refuseUnknown(written, known.choose(written as Readonly<Record<string, unknown>>), place, mistakes);
    return;
  }
  if ('each' in known) {
    const isList = Array.isArray(written);
    for (const [name, one] of Object.entries(written))
      refuseUnknown(one, known.each, isList ? `${place}[${name}]` : within(name), mistakes);
    return;
  }
  for (const [name, one] of Object.entries(written)) {
    if (Object.hasOwn(known.members, name)) refuseUnknown(one, known.members[name], within(name), mistakes);
    else {
      const names = Object.keys(known.members).filter((member) => !inner.has(member));
      mistakes.add(within(name), 'there is no such member', didYouMean(name, names));
    }
  }
}
