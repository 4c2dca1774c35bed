/**
 * The port of a coordinator. What answers on it may change while it is open: a coordinator that stands by answers
 * probes, and serves the page as soon as it leads.
 */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '../../platform/config/config.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { rawAnswer, unreadableAnswer } from './answers.ts';

/** Longer than a load balancer keeps an idle connection, so that it never sends a request into one that closes. */
const keepAliveMs = 72_000;

/** What handles the requests and the upgrades of a listener. */
export interface Answering {
  readonly request: RequestListener;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Called when something else answers from now on. */
  replaced?(): void;
}

export interface Listener {
  /** Its address, such as http://127.0.0.1:8080 */
  readonly url: string;
  /** Everything that is asked from now on goes to `answering`. */
  handOver(answering: Answering): void;
  /** Stops listening, and closes every connection. */
  close(): Promise<void>;
}

/** Listens on config.host and config.port (0: any free port). Throws LF_HTTP_PORT if the port is taken. */
export async function listenOn(
  { host, port }: Pick<Config, 'host' | 'port'>,
  first: Answering,
): Promise<Listener> {
  let answering = first;
  const server = createServer((request, response) => answering.request(request, response));
  server.keepAliveTimeout = keepAliveMs;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else socket.end(rawAnswer(unreadableAnswer(error)));
  });
  server.on('upgrade', (request, socket, head) => answering.upgrade(request, socket, head));
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new LandfallError('LF_HTTP_PORT', { host, port }) : error);
    server.once('error', refuse);
    server.listen({ host, port }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
  const address = server.address();
  const boundPort = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://${addressName(host)}:${boundPort}`,
    handOver(next) {
      const before = answering;
      answering = next;
      before.replaced?.();
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** An address that a person can open. A wildcard address becomes that of this machine. */
function addressName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
