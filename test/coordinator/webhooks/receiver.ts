/** A receiver of webhooks: a real server that keeps what it is told, and answers as it is told to. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, vi } from 'vitest';
import type { WebhookEndpoint } from '../../../platform/config/webhook-endpoints.ts';
import { webhookEvents } from '../../../platform/config/webhook-endpoints.ts';

export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of all shapes.
  readonly body: any;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** Answers with this until it is told otherwise. */
  answer: (response: ServerResponse, request: Received) => void;
  /** Resolves when so many requests have come. */
  until(count: number): Promise<Received[]>;
  close(): Promise<void>;
}

export async function openReceiver(port = 0): Promise<Receiver> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const one = { headers: request.headers, text, body: JSON.parse(text) };
      receiver.received.push(one);
      receiver.answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: given } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${given}/hooks`,
    port: given,
    received: [],
    answer: (response) => response.writeHead(204).end(),
    until: (count) =>
      vi.waitFor(
        () => {
          expect(receiver.received.length).toBeGreaterThanOrEqual(count);
          return receiver.received;
        },
        { timeout: 60_000, interval: 10 },
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

export function endpointOf(
  { url }: Pick<Receiver, 'url'>,
  other: Partial<WebhookEndpoint> = {},
): WebhookEndpoint {
  const events = [...webhookEvents];
  return { name: 'ops', url, events, format: 'standard', secrets: [secret], rejectsOver: 0, ...other };
}
