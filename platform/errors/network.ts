/**
 * Tells whether an error says that nobody answered: the connection was refused, reset or timed out, or the
 * name has no address now. It tells nothing of who did not answer. That is known only where the call is made,
 * so the modules that make connections ask here (platform/database, platform/queue, platform/storage, sources).
 */

/** Of sockets and of name look-ups, as Node reports them. */
const socketCodes =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/;

/** Of `fetch`, which puts them below a TypeError. */
const fetchCodes = /^UND_ERR_(SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT)$/;

/** Causes of causes that are looked at: an error may be its own cause. */
const depthMost = 5;

/**
 * True for such an error, for one that it caused, and for an AggregateError (a name with several addresses)
 * where each address failed so. A certificate that is not trusted, or a server that speaks no TLS, is none:
 * it answered.
 */
export function isNetworkError(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > depthMost) return false;
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.every((one) => isNetworkError(one, depth + 1));
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (socketCodes.test(code) || fetchCodes.test(code))) return true;
  return isNetworkError(error.cause, depth + 1);
}

/** Of certificates that are not trusted, and of servers that speak another TLS, or none. */
const tlsCodes =
  /CERT|^(DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(VERIFY|GET)_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH$)/;

/** True for an error that says that a connection cannot be trusted: it does not come right by itself. */
export function isUntrusted(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > depthMost) return false;
  const { code } = error as { code?: unknown };
  return (typeof code === 'string' && tlsCodes.test(code)) || isUntrusted(error.cause, depth + 1);
}

/** What an error says, also where it says it only below: an AggregateError, an error of `fetch`. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(reasonOf))].join('; ');
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error && /^(fetch failed|)$/.test(error.message)) return reasonOf(error.cause);
  return error.message || (error as { code?: string }).code || error.name;
}
