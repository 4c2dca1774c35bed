/** The progress socket, `/progress`: from the upgrade to the hub. docs/progress.md describes its messages. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Hub, Resume } from '../progress/hub.ts';
import { errorAnswer, notFound, rawAnswer } from './answers.ts';
import type { Gate } from './security.ts';
import { urlOf } from './url-of.ts';

/** Clients send nothing after the upgrade. A message from one is ignored, and may not be longer than this. */
const maxPayloadBytes = 1024;
/** The operating system detects connections whose peer is gone, so no timer is needed here. */
const keepAliveMs = 30_000;

const resumeQuery = z.object({ epoch: z.string().max(64), seq: z.coerce.number().int().nonnegative() });

/** Answers upgrades of one HTTP server. */
export function createSocketServer(options: { hub: Pick<Hub, 'attach'>; gate: Gate }): {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
} {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
  });
  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      let resume: Resume | undefined;
      try {
        resume = admit(request, options.gate);
      } catch (error) {
        refuse(socket, error);
        return;
      }
      server.handleUpgrade(request, socket, head, (client) => {
        (socket as Socket).setKeepAlive(true, keepAliveMs);
        // After any error, the client's close event follows and detaches it from the hub.
        client.on('error', () => client.terminate());
        options.hub.attach(client, resume);
      });
    },
    close() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

/** Throws unless the client may connect; returns where it wants to resume. */
function admit(request: IncomingMessage, gate: Gate): Resume | undefined {
  const url = urlOf(request.url ?? '/');
  gate.checkHost(request.headers);
  if (url.pathname !== '/progress') throw notFound(url.pathname);
  gate.checkOrigin(request.headers);
  gate.identify(request.headers, url);
  if (!url.searchParams.has('epoch') && !url.searchParams.has('seq')) return undefined;
  const resume = resumeQuery.safeParse(Object.fromEntries(url.searchParams));
  if (!resume.success)
    throw new LandfallError('LF_HTTP_REQUEST', {
      mistakes: 'epoch and seq must be given together, and seq must be a whole number',
    });
  return resume.data;
}

/** Answers an upgrade with an error. */
export function refuse(socket: Duplex, error: unknown): void {
  socket.end(rawAnswer(errorAnswer(error)));
}
