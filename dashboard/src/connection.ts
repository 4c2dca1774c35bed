/**
 * The progress socket of the page. It reconnects by itself and resumes after the last number that it has seen.
 *
 *   connecting ──open──▶ live ──close──▶ waiting ──backoff, or network or tab is back──▶ connecting
 */
import type { ProgressMessage } from '../../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../../platform/progress/progress-client.ts';

export type ConnectionState = 'connecting' | 'live' | 'waiting';

export interface ConnectionEvents {
  onView(view: ProgressView, message: ProgressMessage): void;
  onState(state: ConnectionState): void;
}

const firstWaitMs = 500;
const lastWaitMs = 10_000;

/** Listens to the progress of the server at `base`, the address of the page. Returns a function that ends this. */
export function follow(base: string, events: ConnectionEvents): () => void {
  let view: ProgressView | null = null;
  let socket: WebSocket | null = null;
  let waitMs = firstWaitMs;
  let timer: number | undefined;
  let closed = false;

  const address = () => {
    const url = new URL('/progress', base);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (view) {
      url.searchParams.set('epoch', view.epoch);
      url.searchParams.set('seq', String(view.seq));
    }
    return url;
  };

  const connect = () => {
    window.clearTimeout(timer);
    events.onState('connecting');
    const current = new WebSocket(address());
    socket = current;
    current.onopen = () => {
      waitMs = firstWaitMs;
      events.onState('live');
    };
    current.onmessage = ({ data }) => {
      const message = JSON.parse(data) as ProgressMessage;
      view = applyMessage(view, message);
      // A change does not fit: connect again and start from a snapshot.
      if (view) events.onView(view, message);
      else current.close();
    };
    current.onclose = () => {
      if (closed || socket !== current) return;
      socket = null;
      events.onState('waiting');
      // Wait up to half as long again, so that a hundred pages do not all reconnect in the same instant.
      timer = window.setTimeout(connect, waitMs * (1 + Math.random() / 2));
      waitMs = Math.min(lastWaitMs, waitMs * 2);
    };
  };

  const hurry = () => {
    if (socket === null && document.visibilityState === 'visible') {
      waitMs = firstWaitMs;
      connect();
    }
  };
  window.addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);
  connect();
  return () => {
    closed = true;
    window.clearTimeout(timer);
    window.removeEventListener('online', hurry);
    document.removeEventListener('visibilitychange', hurry);
    socket?.close();
  };
}
