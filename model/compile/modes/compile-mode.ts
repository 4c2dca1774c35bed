/** Compiles load modes. event-columns.ts has the columns that describe an event in star and lake. */
import type { CompiledMode, CompiledUnique, KeyedMode, LogicalType } from '../../compiled.ts';
import { asOfFault } from '../../file/as-of.ts';
import type { DatasetDefinition } from '../../language/define.ts';
import type { Mode } from '../../language/modes.ts';
import type { Use } from '../../types/column-type.ts';
import { typeNames, typeOf } from '../../types/column-types.ts';
import { didYouMean, list, shown } from '../../words.ts';
import { dimensionsOf } from '../compile-dimension.ts';
import { isInner, type Names, nameAt, refuseRepeats } from '../compile-names.ts';
import { halves } from '../compile-star.ts';
import type { Mistakes } from '../mistakes.ts';
import { refuseSeen, seenOf } from './compile-seen.ts';

/** The options that each mode has. */
const optionsOf = {
  append: ['dedupe', 'keep', 'orderBy', 'nullKeys', 'seen'],
  upsert: ['key', 'orderBy', 'deleted', 'nulls', 'nullKeys', 'seen'],
  snapshot: ['key', 'asOf', 'scope', 'maxDeleted', 'nullKeys', 'seen'],
  history: ['key', 'orderBy', 'deleted', 'track', 'overwrite', 'nullKeys', 'seen'],
} as const satisfies Record<Mode['mode'], readonly string[]>;

/** Options that are one of a few words, the default first. */
const choices = { keep: ['last', 'first'], nulls: ['set', 'keep'], nullKeys: ['reject', 'equal'] } as const;

/** Columns that the star adds to versions. */
const versionColumns = ['valid_from', 'valid_to'];

type Option = (typeof optionsOf)[keyof typeof optionsOf][number];
type Options = { readonly [N in Option]?: unknown };

/** `keep`: the column for values of unknown columns. `unique`: the dataset's rules. */
export function compileMode(
  source: DatasetDefinition,
  names: Names,
  keep: string | null,
  unique: readonly CompiledUnique[],
  mistakes: Mistakes,
): CompiledMode {
  const written = writtenMode(source.mode ?? 'append', mistakes);
  if (written === null) return { kind: 'append' };
  const { mode } = written;
  const options: Options = written.options;
  const isPlain = mode === 'append' && options.dedupe === undefined;
  for (const option of Object.keys(options)) {
    const known: readonly string[] = optionsOf[mode];
    if (!known.includes(option))
      mistakes.add(`mode.${option}`, `${mode} has no such option`, didYouMean(option, known));
    else if (isPlain && option === 'seen') refuseSeen(mistakes);
    else if (isPlain) {
      const fix = "Say dedupe: ['order_id'] or dedupe: 'row', or leave it out";
      mistakes.add(`mode.${option}`, 'it is an option of dedupe', fix);
    }
  }
  if (isPlain) return uniqueMode(source, names, keep, unique, mistakes);
  const word = mode === 'append' ? 'dedupe' : mode;
  refuseStarless(source, word, mistakes);
  refuseNames(source, `mode ${word}`, names, keep, mistakes);
  refuseUniqueInStar(unique, word, mistakes);
  const keyed = keyedMode(mode, options, names, mistakes);
  const seen = seenOf(options.seen, takenNames(source, mode, names, keep), mistakes);
  return seen === undefined ? keyed : { ...keyed, seen };
}

/**
 * A unique rule over the star makes each row an event of its key, so that the same row of all files is shown whatever
 * their order. Plain append without such a rule.
 */
function uniqueMode(
  source: DatasetDefinition,
  names: Names,
  keep: string | null,
  unique: readonly CompiledUnique[],
  mistakes: Mistakes,
): CompiledMode {
  const [rule, ...others] = unique.filter(({ scope }) => scope === 'star');
  if (rule === undefined) return { kind: 'append' };
  for (const { name } of others) {
    const what = `the star has one row for each key of ${rule.name} already`;
    mistakes.add(`rules.${name}`, what, "Say { scope: 'file' }: one rule of a dataset may be over the star");
  }
  refuseNames(source, `rule ${rule.name} over the star`, names, keep, mistakes);
  const columns = Object.keys(source.columns);
  return {
    kind: 'dedupe',
    key: rule.columns.map((c) => columns[c]),
    orderBy: null,
    keep: 'last',
    deleted: null,
    nulls: 'set',
    nullKeys: 'distinct',
    scope: [],
    asOf: null,
    maxDeleted: null,
    track: [],
    overwrite: [],
  };
}

/** `append()` for the text 'append'; null and a mistake for what is not a mode. */
function writtenMode(mode: unknown, mistakes: Mistakes): Mode | null {
  if (mode === 'append') return { mode, options: {} };
  const written = mode as Mode | null;
  const isMode = typeof written === 'object' && written !== null && Object.hasOwn(optionsOf, written.mode);
  if (isMode && typeof written.options === 'object' && written.options !== null) return written;
  const fix = "Say 'append', or append(…), upsert(…), snapshot(…) or history(…)";
  mistakes.add('mode', `there is no ${shown(mode)}`, fix);
  return null;
}

function keyedMode(mode: Mode['mode'], options: Options, names: Names, mistakes: Mistakes): KeyedMode {
  const named = (option: Option, use?: Use) => namesAt(option, options[option], names, mistakes, use);
  const kind = mode === 'append' ? 'dedupe' : mode;
  const identity = mode === 'append' ? 'dedupe' : 'key';
  const isRow = options.dedupe === 'row';
  const key = isRow ? [] : named(identity, 'key');
  const said = options[identity] ?? [];
  if (Array.isArray(said) && said.length === 0)
    mistakes.add(`mode.${identity}`, 'there is no key', `Name its columns: ${identity}: ['order_id']`);
  if (isRow && options.nullKeys !== undefined)
    mistakes.add('mode.nullKeys', 'the key is the whole row, in which nulls are equal', 'Leave it out');
  if ((mode === 'upsert' || mode === 'history') && options.orderBy === undefined) {
    const fix = "Name the column that says which event is later: orderBy: 'updated_at'";
    mistakes.add('mode.orderBy', `${mode} requires it`, fix);
  }
  const track = named('track');
  const overwrite = named('overwrite');
  if (mode === 'history') checkTracked(key, track, overwrite, mistakes);
  return {
    kind,
    key,
    orderBy: orderOf(options.orderBy, names, mistakes),
    keep: choice('keep', options, mistakes),
    deleted: deletedOf(options.deleted, names, mistakes),
    nulls: choice('nulls', options, mistakes),
    nullKeys: choice('nullKeys', options, mistakes),
    scope: named('scope', 'key'),
    asOf: mode === 'snapshot' ? asOfOf(options.asOf, mistakes) : null,
    maxDeleted: maxDeletedOf(options.maxDeleted, mistakes),
    track,
    overwrite,
  };
}

/** The vectors that an option lists, the halves of points in their place. */
function namesAt(option: string, said: unknown, names: Names, mistakes: Mistakes, use?: Use): string[] {
  const place = `mode.${option}`;
  if (said === undefined) return [];
  if (!Array.isArray(said)) {
    mistakes.add(place, `${shown(said)} is not a list of names`, `Say ${option}: ['name']`);
    return [];
  }
  const vectors = said.flatMap((name, i) => {
    const named = nameAt(names, name, `${place}[${i}]`, mistakes, use);
    return named === null ? [] : halves(name, named.logical);
  });
  refuseRepeats(vectors, place, mistakes, 'Remove one');
  return vectors;
}

/** Types whose values have an order. */
const ordered = typeNames.filter((type) => isOrdered({ type } as LogicalType));

function isOrdered(logical: LogicalType): boolean {
  const { bound, key } = typeOf(logical);
  return bound !== null || key !== null;
}

function orderOf(said: unknown, names: Names, mistakes: Mistakes): KeyedMode['orderBy'] {
  if (said === undefined) return null;
  const vector = String(said);
  const named = nameAt(names, vector, 'mode.orderBy', mistakes);
  if (named === null) return null;
  const { logical } = named;
  if (isOrdered(logical)) return { vector, logical };
  const what = `${vector} is a ${logical.type}, and its values have no order`;
  mistakes.add('mode.orderBy', what, `Name a ${list(ordered, 'or')} here`);
  return null;
}

function deletedOf(said: unknown, names: Names, mistakes: Mistakes): string | null {
  if (said === undefined) return null;
  const vector = String(said);
  const named = nameAt(names, vector, 'mode.deleted', mistakes);
  if (named !== null && named.logical.type !== 'boolean') {
    const fix =
      "Name a boolean, or compute one: compute('boolean', [c.status], (status) => status === 'gone')";
    mistakes.add('mode.deleted', `${vector} is a ${named.logical.type}`, fix);
  }
  return vector;
}

function choice<N extends keyof typeof choices>(
  option: N,
  options: Options,
  mistakes: Mistakes,
): (typeof choices)[N][number] {
  const known: readonly (typeof choices)[N][number][] = choices[option];
  const said = options[option];
  const found = known.find((word) => word === said);
  if (said !== undefined && found === undefined)
    mistakes.add(`mode.${option}`, `there is no ${shown(said)}`, `Say '${known.join("' or '")}'`);
  return found ?? known[0];
}

function asOfOf(said: unknown, mistakes: Mistakes): KeyedMode['asOf'] {
  const fix = "Say asOf: fromName('customers_{date}.csv')";
  if (said === undefined) {
    mistakes.add('mode.asOf', 'snapshot requires it: the instant of a file decides which is newest', fix);
    return null;
  }
  const pattern = (said as { pattern?: unknown } | null)?.pattern;
  const fault = typeof pattern === 'string' ? asOfFault(pattern) : `${shown(said)} is not a pattern of names`;
  if (fault !== null) mistakes.add('mode.asOf', fault, fix);
  return { pattern: String(pattern) };
}

function maxDeletedOf(said: unknown, mistakes: Mistakes): number | null {
  if (said === undefined) return null;
  if (!(typeof said === 'number' && said >= 0 && said <= 1)) {
    const fix = 'Say 0 to 1; 0.1 is one key in ten';
    mistakes.add('mode.maxDeleted', `${shown(said)} is not a share`, fix);
  }
  return said as number;
}

function checkTracked(
  key: readonly string[],
  track: readonly string[],
  overwrite: readonly string[],
  mistakes: Mistakes,
): void {
  if (track.length === 0)
    mistakes.add(
      'mode.track',
      'nothing is tracked',
      "Name the columns whose changes make versions: track: ['state']",
    );
  for (const name of overwrite.filter((one) => track.includes(one)))
    mistakes.add('mode.overwrite', `${name} is tracked too`, 'Keep it in one of the two lists');
  for (const [option, listed] of Object.entries({ track, overwrite })) {
    for (const name of listed.filter((one) => key.includes(one)))
      mistakes.add(`mode.${option}`, `${name} is in the key, so it never changes`, 'Leave it out');
  }
}

function refuseStarless({ star }: DatasetDefinition, mode: string, mistakes: Mistakes): void {
  if (star !== 'none') return;
  const what = `${mode} says what the star shows, but the dataset has none`;
  mistakes.add('mode', what, "Give the dataset a star: star: { fact: 'fact_…' }, or say mode: 'append'");
}

/** Refuses the names that star and lake use for events. */
function refuseNames(
  source: DatasetDefinition,
  who: string,
  names: Names,
  keep: string | null,
  mistakes: Mistakes,
): void {
  for (const [name, place] of givenNames(source, names, keep)) {
    if (name.startsWith('_')) {
      const what = `the ${who} adds columns with names that begin with _`;
      mistakes.add(place, what, 'Rename it; the text of a header goes into aliases');
    } else if (who === 'mode history' && versionColumns.includes(name)) {
      mistakes.add(
        place,
        `history adds the column ${name}`,
        'Rename it; the text of a header goes into aliases',
      );
    }
  }
}

/** Names that the definition gives to columns of star and lake, each with its place. */
function givenNames(source: DatasetDefinition, names: Names, keep: string | null): [string, string][] {
  const given = [...names.keys()].filter((name) => !isInner(name));
  return [
    ...given.map((name): [string, string] => [name, nameOf(source, name)]),
    ...Object.keys(dimensionsOf(source)).map((role): [string, string] => [role, `star.dimensions.${role}`]),
    ...(keep === null ? [] : [[keep, 'drift.unknown.keep'] as [string, string]]),
  ];
}

/** The names above, and those that the star adds. */
function takenNames(
  source: DatasetDefinition,
  mode: Mode['mode'],
  names: Names,
  keep: string | null,
): ReadonlyMap<string, string> {
  const added = ['chunk_id', ...(mode === 'history' ? versionColumns : [])];
  return new Map([
    ...added.map((name) => [name, 'a column that the star adds'] as const),
    ...givenNames(source, names, keep),
  ]);
}

function nameOf({ columns }: DatasetDefinition, name: string): string {
  return `${name in columns ? 'columns' : 'enrich'}.${name}`;
}

/** Refuses rules that say the same as the mode, or contradict it. */
function refuseUniqueInStar(unique: readonly CompiledUnique[], mode: string, mistakes: Mistakes): void {
  for (const { name } of unique.filter(({ scope }) => scope === 'star')) {
    const what = `the mode ${mode} says which row of a key the star shows`;
    mistakes.add(`rules.${name}`, what, "Say { scope: 'file' }, or make its columns the key of the mode");
  }
}
