import type { ProgressMessage, ProgressState } from '../../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../../platform/progress/progress-client.ts';
import { socketSource } from './progress-socket.ts';

export interface WatchOptions {
  /** Ends the watching. */
  readonly signal?: AbortSignal;
}

export interface WatchElsewhere extends WatchOptions {
  /** Address of the coordinator's page. Default: http://127.0.0.1:8080 */
  readonly url?: string;
  /** The token that it requires: LANDFALL_TOKEN there. */
  readonly token?: string;
  /** Called when there is no connection. It is tried again, at most every 15 s. */
  readonly onDisconnect?: (error: Error) => void;
}

/**
 * The progress of a coordinator that runs elsewhere: files, workers, totals, outages, sources. Yields the whole state at
 * once, and again whenever it has changed. States that came while the program was busy are left out. A connection that
 * breaks is made again.
 * @throws LandfallError LF_WATCH_TOKEN for a wrong token, and what else the coordinator refuses for
 */
export async function* watch({
  url = 'http://127.0.0.1:8080',
  token,
  signal,
  onDisconnect,
}: WatchElsewhere = {}): AsyncGenerator<ProgressState, void, undefined> {
  const address = new URL('progress', url.endsWith('/') ? url : `${url}/`);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  let refuse: (error: Error) => void = () => {};
  const refused = new Promise<never>((_resolve, reject) => {
    refuse = reject;
  });
  const onError = (error: Error) => onDisconnect?.(error);
  const source = socketSource({ url: address.href, token: token ?? null, onError, onRefused: refuse });
  yield* statesOf(source, { signal, refused });
}

/** Where progress comes from: the hub of this process, or a socket. */
export interface MessageSource {
  subscribe(listener: (message: ProgressMessage) => void): () => void;
}

/**
 * The states that the messages of a source describe: the newest one whenever the reader asks. Holds one state.
 * @param options.refused rejects if there will be none
 */
export async function* statesOf(
  source: MessageSource,
  { signal, refused }: WatchOptions & { readonly refused?: Promise<never> },
): AsyncGenerator<ProgressState, void, undefined> {
  let view: ProgressView | null = null;
  let shown: ProgressState | null = null;
  let wake = () => {};
  refused?.catch(() => {});
  const stop = source.subscribe((message) => {
    view = applyMessage(view, message);
    wake();
  });
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort);
  try {
    while (signal?.aborted !== true) {
      const newest = (view as ProgressView | null)?.state ?? null;
      if (newest !== null && newest !== shown) {
        shown = newest;
        yield newest;
        continue;
      }
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await (refused ? Promise.race([changed, refused]) : changed);
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop();
  }
}
