/** Compiles `sweep` of a PostgreSQL source: a source of its own, which compares the table with the star. */
import type { CompiledPostgresSource, CompiledSweep } from '../../compiled-source.ts';
import type { DatasetDefinition } from '../../language/define.ts';
import type { PostgresSourceOptions } from '../../language/define-sources.ts';
import type { Schedule } from '../../language/schedules.ts';
import { sweepColumns } from '../../language/sweep-columns.ts';
import type { Mistakes } from '../mistakes.ts';
import { compileSchedule } from './compile-schedule.ts';

/** The source that sweeps another one has its name and this. */
export const sweepSuffix = '-sweep';

/** Columns of the star with which a sweep compares the table. */
const compared = ['landfall_key', 'landfall_row'] as const;

/** The source as it is swept, and the source that sweeps it. `at`: where the source is in the definition. */
export function withSweep(
  source: CompiledPostgresSource,
  { sweep, schedule }: Pick<PostgresSourceOptions, 'sweep' | 'schedule'>,
  { at, definition, mistakes }: { at: string; definition: DatasetDefinition; mistakes: Mistakes },
): CompiledPostgresSource[] {
  if (sweep === undefined) return [source];
  const before = mistakes.count;
  const deleted = sweptMode(source, definition, mistakes);
  refuseColumns(definition, deleted, mistakes);
  if (source.cursor === null)
    mistakes.add(`${at}.sweep`, 'each run fetches the whole table already', 'Remove it, or name a cursor');
  const when = compileSchedule(scheduleOf(sweep, schedule), `${at}.sweep`, mistakes);
  if (mistakes.count > before) return [source];
  const role: CompiledSweep = { of: source.name, deleted, word: trueWord(definition, deleted) };
  const swept = { ...source, sweep: role };
  return [swept, { ...swept, name: `${source.name}${sweepSuffix}`, schedule: when }];
}

/** In the zone of the source. A sweep that was missed is covered by the next one. */
function scheduleOf(sweep: NonNullable<PostgresSourceOptions['sweep']>, own: Schedule | undefined): Schedule {
  const zone = own !== undefined && 'cron' in own ? own.zone : undefined;
  const when = typeof sweep === 'string' ? { cron: `@${sweep}`, ...(zone !== undefined && { zone }) } : sweep;
  return { catchUp: 'latest', ...when };
}

/** The column that marks a deletion; empty with a mistake. */
function sweptMode(
  { key }: CompiledPostgresSource,
  definition: DatasetDefinition,
  mistakes: Mistakes,
): string {
  const { mode } = definition;
  if (typeof mode !== 'object' || (mode.mode !== 'upsert' && mode.mode !== 'history')) {
    const fix =
      "Say upsert({ key: ['id'], orderBy: 'landfall_at', deleted: 'landfall_deleted' }), or history(…)";
    mistakes.add('mode', 'a sweep needs one that deletes rows', fix);
    return '';
  }
  const { orderBy, deleted, key: named } = mode.options;
  if (orderBy !== 'landfall_at')
    mistakes.add('mode.orderBy', 'a sweep orders events by its own column', "Say orderBy: 'landfall_at'");
  if ('nulls' in mode.options && mode.options.nulls === 'keep')
    mistakes.add('mode.nulls', 'a sweep compares rows as they are', "Remove it: the default is 'set'");
  if (Array.isArray(named) && named.some((name) => !isFetched(definition, name, key)))
    mistakes.add(
      'mode.key',
      'the mark of a deletion has the key of the source alone',
      `Name columns that the source has as its key: ${key.join(', ')}`,
    );
  if (deleted !== undefined && definition.columns[deleted] !== undefined) return deleted;
  mistakes.add(
    'mode.deleted',
    deleted === undefined ? 'a sweep marks the rows that are deleted' : `${deleted} is not a column`,
    "Say deleted: 'landfall_deleted', and columns: { …, ...sweepColumns }",
  );
  return '';
}

/** Whether a column of the dataset is one of those columns of the table. */
function isFetched({ columns }: DatasetDefinition, name: string, key: readonly string[]): boolean {
  const column = columns[name];
  return column !== undefined && [name, ...(column.options.aliases ?? [])].some((one) => key.includes(one));
}

function refuseColumns(definition: DatasetDefinition, deleted: string, mistakes: Mistakes): void {
  const { columns, mode, star } = definition;
  const missing = ['landfall_at', ...compared].filter((name) => columns[name] === undefined);
  if (missing.length > 0) {
    const fix = 'Say columns: { …, ...sweepColumns }';
    mistakes.add('columns', `a sweep needs ${missing.join(', ')}`, fix);
  }
  const key: readonly string[] = typeof mode === 'object' && 'key' in mode.options ? mode.options.key : [];
  for (const [name, { options }] of Object.entries(columns)) {
    if (!options.required || key.includes(name) || name === deleted || name in sweepColumns) continue;
    const fix = 'Remove required: the mark of a deletion has the key alone';
    mistakes.add(`columns.${name}`, 'it is required, so a deletion would be rejected', fix);
  }
  if (typeof star !== 'object' || star.columns === undefined) return;
  const absent = compared.filter((name) => !star.columns!.includes(name));
  if (absent.length > 0)
    mistakes.add('star.columns', 'a sweep compares the table with them', `Add ${absent.join(' and ')}`);
}

function trueWord({ columns }: DatasetDefinition, deleted: string): string {
  const { true: words } = columns[deleted].options as { readonly true?: readonly string[] };
  return words?.[0] ?? 'true';
}
