/** Compiles the sources of a dataset. */
import type { CompiledFormat } from '../../compiled.ts';
import type { CompiledPostgresSource, CompiledSource, OwnMembers } from '../../compiled-source.ts';
import type { DatasetDefinition } from '../../language/define.ts';
import type { Source } from '../../language/define-sources.ts';
import type { Schedule } from '../../language/schedules.ts';
import { didYouMean, shown } from '../../words.ts';
import type { Mistakes } from '../mistakes.ts';
import { compileHttp, type FilesRead } from './compile-http.ts';
import { compilePostgres } from './compile-postgres.ts';
import { compileS3 } from './compile-s3.ts';
import { compileSchedule } from './compile-schedule.ts';
import { withSweep } from './compile-sweep.ts';
import { type Place, placeIn } from './place.ts';
import { namesIn } from './templates.ts';

type Kinds = { readonly [K in Source['source']]: Extract<Source, { readonly source: K }>['options'] };

type Own<Kind extends CompiledSource['kind']> = OwnMembers<Extract<CompiledSource, { readonly kind: Kind }>>;

const compilers: {
  readonly [K in keyof Kinds]: (options: Kinds[K], place: Place, files: FilesRead) => Own<K>;
} = {
  http: compileHttp,
  s3: compileS3,
  postgres: compilePostgres,
};

/** Sources by name, in the order of the definition. */
export function compileSources(
  source: DatasetDefinition,
  format: CompiledFormat | undefined,
  mistakes: Mistakes,
): CompiledSource[] {
  const { dialect } = source;
  const header = dialect === undefined || dialect === 'auto' || dialect.header !== false;
  const files = { format: format?.kind ?? 'csv', records: format?.records ?? [], header } as const;
  const sources = Object.entries(source.sources ?? {}).flatMap(([name, written]) => {
    const compiled = compileSource(name, written, files, mistakes);
    if (compiled?.kind === 'postgres' && !tellsRepeats(source.mode))
      mistakes.add(
        `sources.${name}`,
        'it fetches rows again, which the mode append would load twice',
        "Say mode: upsert({ key: ['id'], orderBy: 'updated_at' }), or another mode that has a key",
      );
    if (compiled === null || written.source !== 'postgres') return compiled ?? [];
    const place = { at: `sources.${name}`, definition: source, mistakes };
    return withSweep(compiled as CompiledPostgresSource, written.options, place);
  });
  refuseSecond(sources, mistakes);
  return sources;
}

/** The star does not tell which source a row came from, and a sweep would delete the rows of another one. */
function refuseSecond(sources: readonly CompiledSource[], mistakes: Mistakes): void {
  for (const { name } of sources.filter(({ name }, i) => sources.findIndex((one) => one.name === name) !== i))
    mistakes.add(`sources.${name}`, 'a sweep has that name', 'Rename it');
  const [first, ...others] = sources.filter((one) => one.kind === 'postgres' && one.sweep?.of === one.name);
  for (const { name } of others) {
    const what = `the dataset has one sweep at most, and ${first.name} has one`;
    mistakes.add(`sources.${name}.sweep`, what, 'Remove it, or make a dataset of each table');
  }
}

/** Whether a row that comes again is loaded once. */
function tellsRepeats(mode: DatasetDefinition['mode'] = 'append'): boolean {
  if (typeof mode === 'string') return false;
  return mode.mode !== 'append' || mode.options.dedupe !== undefined;
}

/** Of a source with notifications: what no message tells of is found within an hour. */
function defaultSchedule(own: object): Schedule | undefined {
  const isTold = 'notifications' in own && own.notifications !== null;
  return isTold ? { every: '1h', catchUp: 'latest' } : undefined;
}

function compileSource(
  name: string,
  written: Source,
  files: FilesRead,
  mistakes: Mistakes,
): CompiledSource | null {
  const at = `sources.${name}`;
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(name))
    mistakes.add(
      at,
      `${shown(name)} is not a name`,
      'Use lower case letters, digits, - and _; it names folders',
    );
  const kinds = Object.keys(compilers);
  if (!kinds.includes(written?.source) || typeof written.options !== 'object' || written.options === null) {
    mistakes.add(at, 'it is not a source', 'Use the result of http(), s3() or postgres()');
    return null;
  }
  const before = mistakes.count;
  const place = placeIn(at, written.options, mistakes);
  const compile = compilers[written.source] as (
    ...args: [Source['options'], Place, FilesRead]
  ) => Own<'http'>;
  const own = compile(written.options, place, files);
  for (const option of place.unknown())
    mistakes.add(
      `${at}.${option}`,
      `${written.source} has no such option`,
      didYouMean(option, place.known()),
    );
  const schedule = compileSchedule(
    written.options.schedule ?? defaultSchedule(own),
    `${at}.schedule`,
    mistakes,
  );
  if (mistakes.count > before) return null;
  return { ...own, name, schedule, env: namesIn(own) };
}
