/**
 * Who may use the server. Every request and every upgrade passes three checks, in this order:
 *
 *   Host    on a loopback address the server answers only to the names of this machine, so that a page whose
 *           name was made to resolve to it (DNS rebinding) gets nothing.
 *   Origin  pages of this server and of localhost may open a WebSocket. So may programs, which send no Origin.
 *   Token   if one is set: Authorization: Bearer, ?token=, or the cookie that ?token= sets.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { LandfallError } from '../../platform/errors/errors.ts';

export interface Gate {
  /** Throws LF_HTTP_HOST. */
  checkHost(headers: IncomingHttpHeaders): void;
  /** Throws LF_HTTP_ORIGIN. */
  checkOrigin(headers: IncomingHttpHeaders): void;
  /** Throws LF_HTTP_TOKEN. */
  checkToken(headers: IncomingHttpHeaders, url: URL): void;
  /** Set-Cookie for a page that was opened with `?token=`; null for any other. */
  cookie(url: URL): string | null;
}

const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

export function createGate(options: { host: string; port: number; token: string | null }): Gate {
  const { host, token } = options;
  const loopback = isLoopback(host);
  // All ports of a host share their cookies, so the name says which server this one belongs to.
  const cookieName = `landfall_${options.port}`;
  const cookieValue = token === null ? null : digest(`page ${token}`).toString('hex');

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
      const own = from !== null && from.host === headers.host;
      if (!own && !(from && isLoopback(bare(from.hostname))))
        throw new LandfallError('LF_HTTP_ORIGIN', { origin });
    },
    checkToken(headers, url) {
      if (token === null) return;
      const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
      const given = bearer ?? url.searchParams.get('token');
      if (given !== null && sameText(given, token)) return;
      if (sameText(cookieOf(headers, cookieName) ?? '', cookieValue!)) return;
      throw new LandfallError('LF_HTTP_TOKEN');
    },
    cookie(url) {
      if (token === null || !url.searchParams.has('token')) return null;
      return `${cookieName}=${cookieValue}; HttpOnly; SameSite=Strict; Path=/`;
    },
  };
}

/** Headers of every response. The page may load from this server and from nowhere else. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

function isLoopback(name: string): boolean {
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
