/**
 * Who may use the server. Every request and every upgrade passes these checks, in this order:
 *
 *   Host    on a loopback address the server answers only to the names of this machine, so that a page whose
 *           name was made to resolve to it (DNS rebinding) gets nothing.
 *   Origin  pages of this server and of localhost may open a WebSocket, and only those of this server may change
 *           something. So may programs, which send no Origin.
 *   Token   if one is set: Authorization: Bearer, the cookie that ?token= sets, or, to read, ?token=.
 *   Role    of the token: view, operate or admin. Without a token, whoever reaches the server may do everything.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type AccessToken, type Role, roles } from '../../platform/config/access-tokens.ts';
import { LandfallError } from '../../platform/errors/errors.ts';

/** Whoever sends a request. */
export interface Who {
  /** The name of the token; null: none is set. */
  readonly name: string | null;
  readonly role: Role;
}

export interface Gate {
  /** Throws LF_HTTP_HOST. */
  checkHost(headers: IncomingHttpHeaders): void;
  /** Throws LF_HTTP_ORIGIN. */
  checkOrigin(headers: IncomingHttpHeaders): void;
  /** For a request that changes something. Throws LF_HTTP_ORIGIN. */
  checkChange(headers: IncomingHttpHeaders): void;
  /** Throws LF_HTTP_TOKEN. `url`: where `?token=` counts. */
  identify(headers: IncomingHttpHeaders, url: URL | null): Who;
  /** Set-Cookie for a page that was opened with `?token=`; null for any other. */
  cookie(url: URL): string | null;
}

/** Throws LF_HTTP_ROLE unless whoever asks has the role, or one that may do more. */
export function checkRole({ name, role }: Who, needed: Role): void {
  if (roles.indexOf(role) < roles.indexOf(needed))
    throw new LandfallError('LF_HTTP_ROLE', { name, role, needed });
}

const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** Nobody is named where no token is set. */
const anybody: Who = { name: null, role: 'admin' };

export interface GateOptions {
  readonly host: string;
  readonly port: number;
  /** LANDFALL_TOKEN, which may do everything. */
  readonly token: string | null;
  /** LANDFALL_TOKENS. */
  readonly tokens?: readonly AccessToken[];
}

export function createGate(options: GateOptions): Gate {
  const { host, token, tokens = [] } = options;
  const loopback = isLoopback(host);
  // All ports of a host share their cookies, so the name says which server this one belongs to.
  const cookieName = `landfall_${options.port}`;
  const own: AccessToken[] = token === null ? [] : [{ name: 'token', role: 'admin', token }];
  const known = [...own, ...tokens].map(({ token, ...who }) => {
    return { who, token, cookie: digest(`page ${token}`).toString('hex') };
  });
  type Known = (typeof known)[number];
  // All of them are compared, so that the time does not say which one is near.
  const find = (text: string, of: (one: Known) => string) =>
    known.filter((one) => sameText(text, of(one)))[0] ?? null;

  return {
    checkHost(headers) {
      const name = hostName(headers.host);
      if (loopback && !(isLoopback(name) || name === bare(host))) {
        throw new LandfallError('LF_HTTP_HOST', { host: name || '(none)' });
      }
    },
    checkOrigin(headers) {
      const { origin } = headers;
      if (origin === undefined) return;
      const from = URL.canParse(origin) ? new URL(origin) : null;
      if (!isOwn(headers) && !(from && isLoopback(bare(from.hostname))))
        throw new LandfallError('LF_HTTP_ORIGIN', { origin });
    },
    checkChange(headers) {
      const { origin } = headers;
      const site = headers['sec-fetch-site'];
      const isNear = site === undefined || site === 'same-origin' || site === 'none';
      if ((origin === undefined || isOwn(headers)) && isNear) return;
      throw new LandfallError('LF_HTTP_ORIGIN', { origin: origin ?? site });
    },
    identify(headers, url) {
      if (known.length === 0) return anybody;
      const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
      const given = bearer ?? url?.searchParams.get('token');
      const found =
        (given === undefined || given === null ? null : find(given, ({ token }) => token)) ??
        find(cookieOf(headers, cookieName) ?? '', ({ cookie }) => cookie);
      if (found === null) throw new LandfallError('LF_HTTP_TOKEN');
      return found.who;
    },
    cookie(url) {
      const found = find(url.searchParams.get('token') ?? '', ({ token }) => token);
      return found && `${cookieName}=${found.cookie}; HttpOnly; SameSite=Strict; Path=/`;
    },
  };
}

/** Whether a page of this server sends the request. A sandboxed page has the origin `null`. */
function isOwn({ origin, host }: IncomingHttpHeaders): boolean {
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

const policy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
} as const;

/** The Content-Security-Policy, with some directives of its own. */
export function contentPolicy(own: Partial<Record<keyof typeof policy, string>> = {}): string {
  return Object.entries({ ...policy, ...own })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');
}

/** Headers of every response. The page may load from this server and from nowhere else. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentPolicy(),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Whether an address or a name is that of this machine alone. */
export function isLoopback(name: string): boolean {
  const plain = bare(name);
  return loopbackNames.has(plain) || plain.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(plain);
}

/** The name in a Host header, without port and brackets. Empty if it is not valid. */
function hostName(header: string | undefined): string {
  const name = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d+)?$/i.exec(header ?? '')?.[1];
  return bare(name ?? '');
}

function bare(name: string): string {
  return name.replace(/^\[|\]$/g, '').toLowerCase();
}

function cookieOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=');
    if (key === name) return value;
  }
  return undefined;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Compares in a time that does not depend on where the texts differ. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}
