/** Compiles the option `seen` of load modes: the columns that say when files brought a row. */
import type { SeenColumns } from '../../compiled.ts';
import { didYouMean, shown } from '../../words.ts';
import { checkIdentifier } from '../compile-names.ts';
import type { Mistakes } from '../mistakes.ts';

const options = ['created', 'updated'] as const satisfies readonly (keyof SeenColumns)[];

const fix = "Say seen: { created: 'created_at', updated: 'updated_at' }, or one of the two";

/** `taken`: names that the star has for other columns, each with its place in the definition. */
export function seenOf(
  said: unknown,
  taken: ReadonlyMap<string, string>,
  mistakes: Mistakes,
): SeenColumns | undefined {
  if (said === undefined) return undefined;
  if (typeof said !== 'object' || said === null || Array.isArray(said)) {
    mistakes.add('mode.seen', `${shown(said)} does not name columns`, fix);
    return undefined;
  }
  for (const option of Object.keys(said))
    if (!(options as readonly string[]).includes(option))
      mistakes.add(`mode.seen.${option}`, 'seen has no such column', didYouMean(option, options));
  const named = said as Partial<SeenColumns>;
  const { created = null, updated = null } = named;
  if (created === null && updated === null) mistakes.add('mode.seen', 'it names no column', fix);
  for (const option of options) checkName(named[option] ?? null, option, taken, mistakes);
  if (created !== null && created === updated)
    mistakes.add('mode.seen.updated', `${created} is the name of both columns`, 'Rename one of them');
  return { created, updated };
}

/** Facts of plain append are the rows of files. */
export function refuseSeen(mistakes: Mistakes): void {
  const what = 'without dedupe, a row is a fact of one file, and first and last seen when that file landed';
  const ways = "Say dedupe: 'row' or dedupe: ['order_id'], or find the file of a row by its chunk_id";
  mistakes.add('mode.seen', what, ways);
}

function checkName(
  name: unknown,
  option: string,
  taken: ReadonlyMap<string, string>,
  mistakes: Mistakes,
): void {
  if (name === null) return;
  const place = `mode.seen.${option}`;
  checkIdentifier(String(name), place, mistakes);
  const holder = taken.get(String(name));
  if (holder !== undefined) {
    mistakes.add(place, `${name} is the name of ${holder}`, `Choose another name, such as landed_${option}`);
  } else if (String(name).startsWith('_')) {
    mistakes.add(place, `${name} begins with _, as the columns that describe an event do`, 'Leave out the _');
  }
}
