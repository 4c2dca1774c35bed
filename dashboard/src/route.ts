/** The address of the page: which view it names, and how links change it without loading the page again. */
import { type PagePath, pagePaths } from '../../platform/progress/page-paths.ts';

export interface Route {
  /** Null: no view has this address. */
  readonly path: PagePath | null;
  /** The parts of the address that its path leaves open, by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** Which view an address names. */
export function routeOf({ pathname, searchParams }: URL): Route {
  const given = partsOf(pathname);
  for (const path of pagePaths) {
    const params = match(partsOf(path), given);
    if (params !== null) return { path, params, query: searchParams };
  }
  return { path: null, params: {}, query: searchParams };
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function match(wanted: readonly string[], given: readonly string[]): Record<string, string> | null {
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const text = decoded(given[i]);
    if (text === null || (part !== text && !part.startsWith(':'))) return null;
    if (part.startsWith(':')) params[part.slice(1)] = text;
  }
  return params;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** An address below `path` with the members of `query` that say something. */
export function addressOf(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** Goes to another address of the page. `replace`: the reader does not come back to this one. */
export function go(address: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  window.dispatchEvent(new Event('landfall-route'));
}

/** Calls `onRoute` whenever the address has changed. `moved`: by a link, so that what is read begins at the top. */
export function followRoutes(onRoute: (moved: boolean) => void): void {
  window.addEventListener('popstate', () => onRoute(false));
  window.addEventListener('landfall-route', () => onRoute(false));
  document.addEventListener('click', (event) => {
    const link = linkOf(event);
    if (link === null) return;
    event.preventDefault();
    if (link.href !== location.href) history.pushState(null, '', link.href);
    onRoute(true);
  });
}

/** The link to a view that a click follows; null where the browser has to follow it, or there is none. */
function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  const held = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (event.defaultPrevented || event.button !== 0 || held) return null;
  const link = (event.target as Element).closest?.('a');
  if (link?.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return null;
  // A link to a place on the page, such as the one that skips to the content.
  if (link.hash !== '' || routeOf(new URL(link.href)).path === null) return null;
  return link;
}
