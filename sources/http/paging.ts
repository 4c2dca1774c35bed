/**
 * Which page comes next. A position says how many pages and records came before, and what asks for the next page, so
 * that a run resumes at page n.
 */
import type { CompiledHttpSource, Pages } from '../../model/compiled-source.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { shownUrl } from './request.ts';
import type { Watched } from './watch/contract.ts';

/** What a run stores as its position. */
export type HttpPosition = {
  /** Pages that are noted. */
  readonly pages: number;
  /** Records on them. */
  readonly records: number;
  /** What asks for the next page: an address, a cursor. Null: the page follows from the counts. */
  readonly next: string | null;
  /** The last page has been noted. */
  readonly ended: boolean;
  /** Hashes of the last page, and of one before, with their numbers: a page that comes again is found. */
  readonly seen: readonly (readonly [page: number, hash: string])[];
};

export const firstPosition: HttpPosition = { pages: 0, records: 0, next: null, ended: false, seen: [] };

/** The address of the page at a position. `base`: of the source. */
export function pageUrl(base: URL, pages: Pages | null, position: HttpPosition): URL {
  const url = new URL(base);
  if (pages === null) return url;
  switch (pages.by) {
    case 'link':
      return position.next === null ? url : new URL(position.next, base);
    case 'cursor':
      if (position.next !== null) url.searchParams.set(pages.parameter, position.next);
      return url;
    case 'offset':
      url.searchParams.set(pages.parameter, String(position.records));
      if (pages.limitParameter !== undefined) url.searchParams.set(pages.limitParameter, String(pages.limit));
      return url;
    case 'number':
      url.searchParams.set(pages.parameter, String((pages.first ?? 1) + position.pages));
      return url;
  }
}

/** Paths of the scalars that paging reads from a page. */
export function pathsRead({ pages, end }: Pick<CompiledHttpSource, 'pages' | 'end'>): string[] {
  const next = pages !== null && 'at' in pages && pages.at !== undefined ? [pages.at] : [];
  if (end === 'empty') return next;
  return [...next, 'total' in end ? end.total : end.more];
}

export interface Page {
  readonly url: URL;
  readonly watched: Watched;
  readonly link: string | null;
}

/** The position after a page. Throws LF_SOURCE_LOOP, LF_SOURCE_ENDLESS. `dataset`: for errors. */
export function positionAfter(
  source: CompiledHttpSource,
  dataset: string,
  before: HttpPosition,
  { url, watched, link }: Page,
): HttpPosition {
  const { pages, pagesMost } = source;
  const { hash, records } = watched;
  const page = before.pages + 1;
  const address = shownUrl(url);
  const isEmpty = records === 0;
  const again = before.seen.find((one) => one[1] === hash);
  if (again !== undefined && !isEmpty)
    throw new LandfallError('LF_SOURCE_LOOP', { address, page, earlier: again[0], source: source.name });
  const seen: HttpPosition['seen'] = [
    ...before.seen.filter(([number]) => isKept(number)).slice(-1),
    [page, hash],
  ];
  const counted = before.records + (records ?? (pages?.by === 'offset' ? pages.limit : 0));
  const after = { pages: page, records: counted, next: null, ended: true, seen };
  if (pages === null || isEmpty || isLast(source, after, watched)) return after;
  const next = nextOf(pages, { url, watched, link });
  if ((pages.by === 'link' || pages.by === 'cursor') && next === null) return after;
  if (next !== null && next === (pages.by === 'link' ? url.href : before.next))
    throw new LandfallError('LF_SOURCE_LOOP', {
      address,
      page: page + 1,
      earlier: page,
      source: source.name,
    });
  if (page >= pagesMost)
    throw new LandfallError('LF_SOURCE_ENDLESS', { source: source.name, dataset, most: pagesMost });
  return { ...after, next, ended: false };
}

/** Pages whose numbers are powers of two are remembered until the next of them: a circle of any length is found. */
function isKept(page: number): boolean {
  return (page & (page - 1)) === 0;
}

function isLast(
  { end }: CompiledHttpSource,
  { records }: Pick<HttpPosition, 'records'>,
  { values }: Watched,
): boolean {
  if (end === 'empty') return false;
  if ('more' in end) {
    const more = values.get(end.more);
    return more === undefined || more === null || more === false || more === 0 || more === 'false';
  }
  const total = Number(values.get(end.total) ?? Number.NaN);
  return records >= total;
}

/** What asks for the next page; null: nothing, or it follows from the counts. */
function nextOf(pages: Pages, { url, watched, link }: Page): string | null {
  if (pages.by === 'link' && pages.at === undefined) return link === null ? null : new URL(link, url).href;
  if (pages.by !== 'link' && pages.by !== 'cursor') return null;
  const value = watched.values.get(pages.at!) ?? null;
  if (value === null || value === '' || value === false) return null;
  if (pages.by === 'cursor') return String(value);
  return URL.canParse(String(value), url) ? new URL(String(value), url).href : null;
}

/** The address with rel="next" of a header Link (RFC 8288); null if there is none. */
export function nextLink(header: string | null): string | null {
  for (const [, address, parameters] of (header ?? '').matchAll(
    /<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s,;]+))*)/g,
  )) {
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?![^\s,;]))/i.test(parameters)) return address;
  }
  return null;
}
