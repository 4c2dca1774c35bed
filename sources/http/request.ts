/** One request: redirects, silence, and what the answer's status means. */
import { LandfallError } from '../../platform/errors/errors.ts';
import { isNetworkError, reasonOf } from '../../platform/errors/network.ts';

export interface Request {
  readonly url: URL;
  /** Sent to the origin of `trusted` only. */
  readonly headers: Readonly<Record<string, string>>;
  /** The origin that the definition names. */
  readonly trusted: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Names of the source, for errors. */
  readonly source: string;
  /** Sent to every origin. */
  readonly accept: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The address that answered. */
  readonly url: URL;
  /** Throws LF_SOURCE_UNREACHABLE if the connection breaks before its end. */
  readonly body: AsyncGenerator<Uint8Array>;
  /** Ends the connection. */
  discard(): Promise<void>;
}

const redirectsMost = 5;

/** The longest time that a server may ask to be left alone, in ms. */
const retryAfterMostMs = 24 * 3_600_000;

/** An address as errors and logs show it: without what may be a secret. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/**
 * Sends the request, and follows redirects. Headers of the definition never go to another origin.
 * @throws LF_SOURCE_UNREACHABLE (with `retryAfterMs`), LF_SOURCE_REFUSED, LF_SOURCE_REDIRECT
 */
export async function send(request: Request): Promise<Answer> {
  let { url } = request;
  for (let redirects = 0; ; redirects++) {
    const answer = await sendOnce({ ...request, url });
    if (![301, 302, 303, 307, 308].includes(answer.status)) {
      const error = statusError(answer, request.source);
      if (error === null) return answer;
      await answer.discard();
      throw error;
    }
    await answer.discard();
    const refuse = (reason: string) =>
      new LandfallError('LF_SOURCE_REDIRECT', { address: shownUrl(url), reason });
    const location = answer.headers.get('location');
    if (location === null || !URL.canParse(location, url)) throw refuse('it does not say where to');
    const next = new URL(location, url);
    if (redirects >= redirectsMost) throw refuse(`there are more than ${redirectsMost} redirects`);
    if (!/^https?:$/.test(next.protocol)) throw refuse(`to ${next.protocol}`);
    if (url.protocol === 'https:' && next.protocol === 'http:')
      throw refuse(`to ${next.origin}, which is not encrypted`);
    url = next;
  }
}

async function sendOnce(request: Request): Promise<Answer> {
  const { url, headers, trusted, timeoutMs, signal, accept } = request;
  const quiet = new AbortController();
  const reason = `it was silent for ${timeoutMs / 1000} s`;
  let timer = setTimeout(() => quiet.abort(new Error(reason)), timeoutMs);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => quiet.abort(new Error(reason)), timeoutMs);
  };
  const unreachable = (error: unknown) => {
    if (signal.aborted) return signal.reason;
    const known = isNetworkError(error) || quiet.signal.aborted || isCut(error);
    if (error instanceof LandfallError || !known) return error;
    const why = quiet.signal.aborted ? reason : reasonOf(error);
    return new LandfallError('LF_SOURCE_UNREACHABLE', { address: shownUrl(url), reason: why });
  };
  const own = url.origin === trusted ? headers : {};
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { accept, 'user-agent': 'landfall', ...own },
      redirect: 'manual',
      signal: AbortSignal.any([signal, quiet.signal]),
    });
  } catch (error) {
    clearTimeout(timer);
    const failed = unreachable(error);
    // A port that `fetch` does not connect to, a certificate that is not trusted, a server without TLS.
    const isRefused = failed instanceof TypeError && failed.cause instanceof Error;
    if (!isRefused) throw failed;
    const values = { address: shownUrl(url), source: request.source, reason: reasonOf(failed) };
    throw new LandfallError('LF_SOURCE_REFUSED', values, { cause: failed });
  }
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for await (const bytes of response.body ?? []) {
        heard();
        yield bytes;
      }
    } catch (error) {
      throw unreachable(error);
    } finally {
      clearTimeout(timer);
    }
  }
  const discard = async () => {
    clearTimeout(timer);
    await response.body?.cancel().catch(() => {});
  };
  return { status: response.status, headers: response.headers, url, body: body(), discard };
}

/** `fetch` says so, and little else, where a connection ends in the middle of a body, or its compression breaks. */
function isCut(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const codes = [(error as { code?: string }).code, (error.cause as { code?: string } | undefined)?.code];
  return (
    error.message === 'terminated' ||
    codes.some((code) => /^(?:UND_ERR_|Z_|HPE_|ERR__ERROR_)/.test(code ?? ''))
  );
}

/** Statuses after which another attempt may succeed. */
const busy = new Set([408, 425, 429, 500, 502, 503, 504]);

function statusError({ status, headers, url }: Answer, source: string): LandfallError | null {
  if (status === 200 || status === 204 || status === 304 || status === 404 || status === 410) return null;
  const address = shownUrl(url);
  if (busy.has(status) || status > 504) {
    const retryAfterMs = retryAfter(headers.get('retry-after'), Date.now());
    return new LandfallError('LF_SOURCE_UNREACHABLE', { address, reason: `status ${status}`, retryAfterMs });
  }
  return new LandfallError('LF_SOURCE_REFUSED', { address, source, reason: `status ${status}` });
}

/** The pause that a server asks for, in seconds or as a date; 0 if it asks for none. */
export function retryAfter(value: string | null, now: number): number {
  if (value === null) return 0;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? 0 : Math.min(retryAfterMostMs, Math.max(0, ms));
}
