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

/** The answer to a POST of `body`: a file as it is, anything else as JSON. Throws a Refusal. */
export function send<T>(address: string, body: Blob | object = {}): Promise<T> {
  const isFile = body instanceof Blob;
  return answered<T>(address, {
    method: 'POST',
    headers: { 'content-type': isFile ? 'application/octet-stream' : 'application/json' },
    body: isFile ? body : JSON.stringify(body),
  });
}

async function answered<T>(address: string, request: RequestInit): Promise<T> {
  const response = await fetch(address, request).catch((error) => {
    throw request.signal?.aborted ? error : unreachable;
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer as T;
  const { code, message, fix } = (answer ?? unreachable) as Partial<Refusal>;
  throw {
    code: code ?? `HTTP ${response.status}`,
    message: message ?? response.statusText,
    fix: fix ?? unreachable.fix,
  } satisfies Refusal;
}
