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
export async function ask<T>(address: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(address, { signal }).catch((error) => {
    throw signal?.aborted ? error : unreachable;
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
