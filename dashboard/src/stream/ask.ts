/** Asks the API of the server that the page comes from. */

/** What the API answers where it does not do what it was asked. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

const unreachable: Refusal = {
  code: 'LF_PAGE_OFFLINE',
  message: 'The coordinator does not answer.',
  fix: 'Ask again when it is back.',
};

/** The answer to a GET. Throws a Refusal, and whatever `signal` is aborted with. */
export function ask<T>(address: string, signal?: AbortSignal): Promise<T> {
  return answered<T>(address, { signal });
}

/** The same, with numbers whose digits a double does not hold as texts. */
export function askExactly<T>(address: string, signal?: AbortSignal): Promise<T> {
  return answered<T>(address, { signal }, parseExactly);
}

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

/** JSON whose numbers keep their digits: one that a double would round is its text. Older browsers round. */
export function parseExactly(text: string): unknown {
  const keep: Reviver = (_, value, { source } = {}) =>
    typeof value === 'number' && source !== undefined && isRounded(source) ? source : value;
  return JSON.parse(text, keep as (key: string, value: unknown) => unknown);
}

/** A double holds any 15 digits. */
function isRounded(number: string): boolean {
  const digits = number.replace(/e.*$/i, '').replace(/\D/g, '').replace(/^0+/, '');
  return digits.length > 15 && String(Number(number)) !== number;
}

/** The answer to a POST of `body`: a file as it is, anything else as JSON. Throws a Refusal. */
export function send<T>(address: string, body: Blob | object = {}): Promise<T> {
  const isFile = body instanceof Blob;
  return answered<T>(address, {
    method: 'POST',
    headers: { 'content-type': isFile ? 'application/octet-stream' : 'application/json' },
    body: isFile ? body : JSON.stringify(body),
  });
}

async function answered<T>(
  address: string,
  request: RequestInit,
  parse: (text: string) => unknown = JSON.parse,
): Promise<T> {
  const response = await fetch(address, request).catch((error) => {
    throw request.signal?.aborted ? error : unreachable;
  });
  const answer: unknown = await response
    .text()
    .then(parse)
    .catch(() => null);
  if (response.ok && answer !== null) return answer as T;
  const { code, message, fix } = (answer ?? unreachable) as Partial<Refusal>;
  throw {
    code: code ?? `HTTP ${response.status}`,
    message: message ?? response.statusText,
    fix: fix ?? unreachable.fix,
  } satisfies Refusal;
}
