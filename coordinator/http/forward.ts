/**
 * Sends what a coordinator that stands by is asked on to the one that leads, sockets too: whichever one is asked, the
 * answer is the same. The leader checks the token, as if it had been asked itself.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyServer } from 'httpxy';

/** On requests that were sent on. Whoever gets one and does not lead answers that itself. */
const forwardedBy = 'x-landfall-forwarded';

/** Time without a byte after which a leader is given up. No query may take as long. In ms. */
const answerMs = 30_000;
/** The same for what changes something: an undo of a large file is answered when it has ended. In ms. */
const changedMs = 30 * 60_000;

export interface Forward {
  /** Answers with what the leader at `url` answers. `failed` is called where it cannot be asked: nothing is answered yet. */
  request(url: string, request: IncomingMessage, response: ServerResponse, failed: () => void): void;
  upgrade(url: string, request: IncomingMessage, socket: Duplex, head: Buffer, failed: () => void): void;
  /** Ends the sockets that are open, so that whoever watches connects again. */
  close(): void;
}

/** Whether another coordinator has sent the request here. */
export function isForwarded({ headers }: IncomingMessage): boolean {
  return headers[forwardedBy] !== undefined;
}

export function createForward(): Forward {
  const proxy = createProxyServer({
    xfwd: true,
    headers: { [forwardedBy]: '1' },
    proxyTimeout: answerMs,
    upgradeTimeout: answerMs,
  });
  const failures = new WeakMap<IncomingMessage, () => void>();
  // It ends a socket itself as soon as its listeners have returned.
  proxy.on('error', (_error, request) => void (request && failures.get(request)?.()));
  const sockets = new Set<Duplex>();
  return {
    request(target, request, response, failed) {
      failures.set(request, () => (response.headersSent ? response.destroy() : failed()));
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      void proxy.web(request, response, { target, proxyTimeout: isRead ? answerMs : changedMs });
    },
    upgrade(target, request, socket, head, failed) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      failures.set(request, failed);
      void proxy.ws(request, socket as Socket, { target }, head);
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
