/** Compiles a source of pages of a web service. */
import type { CompiledHttpSource, OwnMembers, Pages, PagesEnd } from '../../compiled-source.ts';
import type { HttpSourceOptions } from '../../language/define-sources.ts';
import { shown } from '../../words.ts';
import { valuePath } from './paths.ts';
import type { Place } from './place.ts';

const pagesMostDefault = 10_000;
const bytesMostDefault = 1024 ** 3;

type Own = OwnMembers<CompiledHttpSource>;

/** How the dataset's files are read: pages are such files. */
export type FilesRead = Pick<CompiledHttpSource, 'format' | 'records' | 'header'>;

export function compileHttp(options: HttpSourceOptions, place: Place, files: FilesRead): Own {
  const url = place.template('url', options.url, { window: true });
  if (!/^(?:https?:\/\/|\{env:)/i.test(url))
    place.add('url', `${shown(url)} is not an address of the web`, "Say 'https://…'");
  if (/^https?:\/\/[^/?#]*@/i.test(url)) {
    const fix = "Write headers: { authorization: 'Basic {env:NAME}' }";
    place.add('url', 'it contains a user or password', fix);
  }
  const { format } = files;
  const own: Own = {
    ...{ kind: 'http', url },
    ...files,
    headers: compileHeaders(options, place),
    pages: compilePages(options.pages, format, place),
    end: compileEnd(options, format, place),
    pagesMost: place.number('pagesMost', options.pagesMost, pagesMostDefault, 1),
    bytesMost: place.number('bytesMost', options.bytesMost, bytesMostDefault, 1),
    requestsPerSecond: options.rate ?? null,
    timeoutMs: place.duration('timeout', options.timeout, '30s'),
  };
  place.knows('rate');
  if (options.rate !== undefined && !(options.rate > 0))
    place.add('rate', `${shown(options.rate)} is not a number of requests per second`, 'Say 5, or 0.5');
  return own;
}

function compileHeaders({ headers = {} }: HttpSourceOptions, place: Place): Own['headers'] {
  place.knows('headers');
  const compiled: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      place.add(`headers.${name}`, `${shown(name)} is not the name of a header`, "Say 'x-api-key'");
    compiled[name.toLowerCase()] = place.template(`headers.${name}`, value, { window: true });
  }
  return compiled;
}

const pageOptions: Readonly<Record<Pages['by'], readonly string[]>> = {
  link: ['at'],
  cursor: ['at', 'parameter'],
  offset: ['parameter', 'limit', 'limitParameter'],
  number: ['parameter', 'first'],
};

function compilePages(
  pages: Pages | undefined,
  format: CompiledHttpSource['format'],
  place: Place,
): Pages | null {
  place.knows('pages');
  if (pages === undefined) return null;
  const known = pageOptions[pages.by];
  if (known === undefined) {
    const fix = "Say by: 'link', 'cursor', 'offset' or 'number'";
    place.add('pages.by', `there is no ${shown(pages.by)}`, fix);
    return null;
  }
  for (const option of Object.keys(pages)) {
    if (option !== 'by' && !known.includes(option))
      place.add(
        `pages.${option}`,
        `pages by ${pages.by} have no such option`,
        `There are: ${known.join(', ')}`,
      );
  }
  if ('at' in pages && pages.at !== undefined) checkPath('pages.at', pages.at, format, place);
  else if (pages.by === 'cursor') place.add('pages.at', 'it is missing', "Say at: '$.next_cursor'");
  if (pages.by !== 'link' && typeof pages.parameter !== 'string')
    place.add(
      'pages.parameter',
      'it is missing',
      `Say parameter: '${pages.by === 'number' ? 'page' : pages.by}'`,
    );
  if (pages.by === 'offset' && !(Number.isSafeInteger(pages.limit) && pages.limit > 0))
    place.add('pages.limit', `${shown(pages.limit)} is not a number of records`, 'Say limit: 100');
  if (pages.by === 'number' && !Number.isSafeInteger(pages.first ?? 1))
    place.add('pages.first', `${shown(pages.first)} is not the number of a page`, 'Say first: 0 or 1');
  return pages;
}

function compileEnd(
  { end = 'empty', pages }: HttpSourceOptions,
  format: CompiledHttpSource['format'],
  place: Place,
): PagesEnd {
  place.knows('end');
  if (end === 'empty') return end;
  if (pages === undefined)
    place.add('end', 'there is one page', "Say pages: { by: 'number', … }, or leave it out");
  const [name] = Object.keys(end ?? {});
  if (typeof end !== 'object' || Object.keys(end).length !== 1 || (name !== 'total' && name !== 'more')) {
    place.add(
      'end',
      `there is no ${shown(end)}`,
      "Say { total: '$.total' }, { more: '$.has_more' } or 'empty'",
    );
    return 'empty';
  }
  checkPath(`end.${name}`, 'total' in end ? end.total : end.more, format, place);
  return end;
}

function checkPath(option: string, path: unknown, format: string, place: Place): void {
  if (format !== 'json')
    place.add(
      option,
      `${format} has no such path`,
      'Leave it out, or say format: jsonDocument() of the dataset',
    );
  else if (typeof path !== 'string' || valuePath(path) === null)
    place.add(option, `${shown(path)} is not a path`, "Say '$.meta.next'");
}
