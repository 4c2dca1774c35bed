/**
 * The progress socket of the page. It reconnects by itself and resumes after the last number that it has seen.
 *
 *   connecting ──open──▶ live ──close──▶ waiting ──backoff, or network or tab is back──▶ connecting
 *                        │  ▲
 *        5 s of nothing, │  │ a message
 *    or no network at all ▼  │
 *                   silent, offline
 *
 *   waiting ──the server asks for a token that this browser does not have──▶ refused ──backoff──▶ live
 *
 * The server says something every three seconds, if only that nothing is new. In every state but `live`, what the page
 * shows may be over.
 */
import type { ProgressMessage } from '../../../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../../../platform/progress/progress-client.ts';

export type ConnectionState = 'connecting' | 'live' | 'silent' | 'offline' | 'waiting' | 'refused';

export interface ConnectionEvents {
  onView(view: ProgressView, message: ProgressMessage): void;
  /** `heardAt`: when the server last said something, in ms. */
  onState(state: ConnectionState, heardAt: number): void;
}

const firstWaitMs = 500;
const lastWaitMs = 10_000;
/** After this long without a message, what the page shows is not called live any more. */
const silenceMs = 5000;

/** Listens to the progress of the server at `base`, the address of the page. Returns a function that ends this. */
export function follow(base: string, events: ConnectionEvents): () => void {
  let view: ProgressView | null = null;
  let socket: WebSocket | null = null;
  let waitMs = firstWaitMs;
  let timer: number | undefined;
  let silence: number | undefined;
  let heardAt = Date.now();
  let state: ConnectionState | null = null;
  let closed = false;

  const become = (next: ConnectionState) => {
    if (next === state) return;
    state = next;
    events.onState(next, heardAt);
  };

  /** The server has said something. */
  const heard = () => {
    heardAt = Date.now();
    window.clearTimeout(silence);
    silence = window.setTimeout(() => become('silent'), silenceMs);
    become('live');
  };

  const address = () => {
    const url = new URL('/progress', base);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (view) {
      url.searchParams.set('epoch', view.epoch);
      url.searchParams.set('seq', String(view.seq));
    }
    return url;
  };

  /** A socket does not say why it was not opened. */
  const lookRefused = async () => {
    const status = await fetch(new URL('/api/about', base)).then(
      (answer) => answer.status,
      () => null,
    );
    if (!closed && socket === null) become(status === 401 ? 'refused' : 'waiting');
  };

  const connect = () => {
    window.clearTimeout(timer);
    if (state !== 'refused') become('connecting');
    let hasOpened = false;
    const current = new WebSocket(address());
    socket = current;
    current.onopen = () => {
      hasOpened = true;
      waitMs = firstWaitMs;
      heard();
    };
    current.onmessage = ({ data }) => {
      heard();
      const message = JSON.parse(data) as ProgressMessage;
      const before = view;
      view = applyMessage(view, message);
      // A change does not fit: connect again and start from a snapshot.
      if (view === null) current.close();
      else if (view !== before) events.onView(view, message);
    };
    current.onclose = () => {
      if (closed || socket !== current) return;
      socket = null;
      window.clearTimeout(silence);
      if (state !== 'refused') become('waiting');
      if (!hasOpened) void lookRefused();
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
  // A server on this machine is heard all the same: its next message says so.
  const lose = () => become('offline');
  window.addEventListener('online', hurry);
  window.addEventListener('offline', lose);
  document.addEventListener('visibilitychange', hurry);
  connect();
  return () => {
    closed = true;
    window.clearTimeout(timer);
    window.clearTimeout(silence);
    window.removeEventListener('online', hurry);
    window.removeEventListener('offline', lose);
    document.removeEventListener('visibilitychange', hurry);
    socket?.close();
  };
}
