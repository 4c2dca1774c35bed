/**
 * Finds out how a web service that nobody has described is paged. What the first page shows gives candidates, in the
 * order of their evidence; each is asked for the second page. One is taken if that page has records, and none of them
 * is on the first page.
 */
import { valuePath } from '../../model/compile/sources/paths.ts';
import type { Pages, PagesEnd } from '../../model/compiled-source.ts';
import type { AnsweredPage } from './first-page.ts';
import { firstPosition, pageUrl } from './paging.ts';

/** How the records of a page are found. */
export interface PageShape {
  readonly format: 'csv' | 'json' | 'ndjson';
  /** Of JSON: the keys that lead to the array of records. */
  readonly records: readonly string[];
}

export interface FoundPages {
  readonly pages: Pages;
  readonly end?: PagesEnd;
  /** What the choice rests on, without a full stop. */
  readonly evidence: string;
}

interface Candidate extends FoundPages {
  /** The second page. */
  readonly next: URL;
  /** The evidence holds although the second page is empty. */
  readonly isSure: boolean;
}

/** The most pages that are asked for. */
const askedMost = 12;
/** Pages of so many records, or a multiple of it, may be followed by another. */
const roundRecords = 10;

/** Null: nothing says that there is a second page. `ask` returns null for a page that is not there. */
export async function probePages(
  first: AnsweredPage,
  shape: PageShape,
  ask: (url: URL) => Promise<AnsweredPage | null>,
): Promise<FoundPages | null> {
  const records = new Set(recordsOf(first, shape));
  for (const candidate of candidatesOf(first, shape, records.size).slice(0, askedMost)) {
    const second = await ask(candidate.next);
    const { next: _, isSure, ...found } = candidate;
    const more = second === null ? [] : recordsOf(second, shape);
    if (more.length === 0 ? isSure : more.every((record) => !records.has(record))) return found;
  }
  return null;
}

/** Each record of a page as a text. Of a page that is not whole or not readable: none. */
export function recordsOf({ body, isCut }: AnsweredPage, { format, records }: PageShape): string[] {
  const text = Buffer.from(body).toString();
  if (format !== 'json') {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return format === 'csv' ? lines.slice(1) : lines;
  }
  const document = isCut ? null : parsed(text);
  const array = records.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | null)?.[key],
    document,
  );
  return Array.isArray(array) ? array.map((record) => JSON.stringify(record)) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function candidatesOf(first: AnsweredPage, shape: PageShape, count: number): Candidate[] {
  const { url, link } = first;
  const scalars = shape.format === 'json' ? scalarsOf(first, shape.records) : [];
  const end = endOf(scalars, count);
  const header: Candidate[] =
    link === null
      ? []
      : [
          {
            pages: { by: 'link' },
            next: new URL(link, url),
            isSure: true,
            evidence: 'the header Link names the next page',
          },
        ];
  return [
    ...header,
    ...scalars.flatMap((scalar) => nextCandidates(url, scalar)),
    ...addressCandidates(url, count, end),
    ...countCandidates(url, scalars, count, end),
  ];
}

interface Scalar {
  readonly path: string;
  /** The last key, in small letters without signs. */
  readonly key: string;
  readonly value: string | number | boolean | null;
}

/** Scalars beside the records, three levels deep, whose path a source can name. */
function scalarsOf(first: AnsweredPage, records: readonly string[]): Scalar[] {
  const found: Scalar[] = [];
  const look = (value: unknown, keys: readonly string[]): void => {
    if (Array.isArray(value) || keys.length > 3) return;
    if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) look(member, [...keys, key]);
      return;
    }
    const path = `$.${keys.join('.')}`;
    const key = (keys.at(-1) ?? '').toLowerCase().replaceAll(/[^a-z0-9]/g, '');
    if (valuePath(path) !== null) found.push({ path, key, value: value as Scalar['value'] });
  };
  if (records.length > 0) look(parsed(Buffer.from(first.body).toString()), []);
  return found;
}

/** A value beside the records that is the address of the next page, or a cursor. */
function nextCandidates(url: URL, { path, key, value }: Scalar): Candidate[] {
  const isNamed =
    /next|cursor|continuation/.test(`${path.toLowerCase()} ${key}`) && !/prev|self|first|last/.test(key);
  if (!isNamed || value === null || value === '' || typeof value === 'boolean') return [];
  const text = String(value);
  if (/^(?:https?:\/\/|[/?])/.test(text)) {
    const pages = { by: 'link', at: path } as const;
    return [
      { pages, next: new URL(text, url), isSure: true, evidence: `${path} is the address of the next page` },
    ];
  }
  const own = path
    .split('.')
    .at(-1)!
    .replace(/^next_?/i, '');
  const names = [
    ...(typeof value === 'number' ? ['page'] : []),
    'cursor',
    own,
    'after',
    'page_token',
    'pageToken',
    'starting_after',
  ];
  return [...new Set(names)]
    .filter((name) => name !== '')
    .map((parameter) => {
      const next = new URL(url);
      next.searchParams.set(parameter, text);
      return {
        ...{ pages: { by: 'cursor', at: path, parameter }, next, isSure: false },
        evidence: `${path} asks for the next page as the parameter ${parameter}`,
      };
    });
}

const pageNames = /^(?:p|page|pages?_?(?:no|number|index|num))$/i;
const offsetNames = /^(?:offset|skip|start|start_?index)$/i;
const limitNames = /^(?:limit|per_?page|page_?size|size|count|top|take|rows)$/i;

/** A parameter of the address that is the number of the page, or of the records before it. */
function addressCandidates(url: URL, count: number, end: PagesEnd | undefined): Candidate[] {
  const numbers = [...url.searchParams].filter(([, value]) => /^\d+$/.test(value));
  const limit = numbers.find(([name]) => limitNames.test(name));
  return numbers.flatMap(([parameter, value]) => {
    if (pageNames.test(parameter))
      return [
        byNumber(url, parameter, Number(value), end, `the address has the parameter ${parameter}`, true),
      ];
    if (!offsetNames.test(parameter) || value !== '0') return [];
    const evidence = `the address has the parameter ${parameter}`;
    return [byOffset(url, parameter, { limit, count }, end, evidence, true)];
  });
}

/** What the page says of the number of pages, or a round number of records, without a parameter in the address. */
function countCandidates(
  url: URL,
  scalars: readonly Scalar[],
  count: number,
  end: PagesEnd | undefined,
): Candidate[] {
  const page = scalars.find(
    ({ key, value }) => /^(?:page|currentpage|pagenumber)$/.test(key) && typeof value === 'number',
  );
  const pages = scalars.some(({ key }) =>
    /^(?:totalpages|pagecount|pages|perpage|pagesize|lastpage|limit|offset|skip)$/.test(key),
  );
  const isRound = count > 0 && count % roundRecords === 0;
  if (page === undefined && !pages && end === undefined && !isRound) return [];
  const seen =
    page?.path ??
    (pages || end !== undefined ? 'what stands beside the records' : `that it has ${count} records`);
  const evidence = (parameter: string) =>
    `the page shows by ${seen} that there may be more, and ${parameter} brings others`;
  const first = page === undefined ? 1 : Number(page.value);
  return [
    byNumber(url, 'page', first, end, evidence('page=2'.replace('2', String(first + 1))), false),
    byOffset(url, 'offset', { limit: undefined, count }, end, evidence(`offset=${count}`), false),
  ];
}

function byNumber(
  url: URL,
  parameter: string,
  first: number,
  end: PagesEnd | undefined,
  evidence: string,
  isSure: boolean,
): Candidate {
  const pages = { by: 'number', parameter, ...(first !== 1 && { first }) } as const;
  const next = pageUrl(url, pages, { ...firstPosition, pages: 1 });
  return { pages, ...(end !== undefined && { end }), next, isSure, evidence };
}

function byOffset(
  url: URL,
  parameter: string,
  { limit, count }: { readonly limit: [string, string] | undefined; readonly count: number },
  end: PagesEnd | undefined,
  evidence: string,
  isSure: boolean,
): Candidate {
  const most = limit === undefined ? Math.max(count, 1) : Number(limit[1]);
  const pages = {
    by: 'offset',
    parameter,
    limit: most,
    ...(limit !== undefined && { limitParameter: limit[0] }),
  } as const;
  const next = pageUrl(url, pages, { ...firstPosition, records: count });
  return { pages, ...(end !== undefined && { end }), next, isSure, evidence };
}

/** What says that a page is the last one: a flag, or a total that is more than this page has. */
function endOf(scalars: readonly Scalar[], count: number): PagesEnd | undefined {
  const flag = scalars.find(
    ({ key, value }) =>
      typeof value === 'boolean' && /^(?:has)?(?:more|next)(?:page|pages|results|records)?$/.test(key),
  );
  if (flag !== undefined) return { more: flag.path };
  const total = scalars.find(
    ({ key, value }) =>
      typeof value === 'number' &&
      value > count &&
      /^total(?:count|records|items|results|rows|size|elements)?$/.test(key),
  );
  return total === undefined ? undefined : { total: total.path };
}
