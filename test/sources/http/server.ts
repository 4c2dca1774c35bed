/** A server that answers as a test says, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
}

export type Answering = (asked: Asked, response: ServerResponse, nth: number) => void;

export interface TestServer {
  readonly url: string;
  readonly asked: Asked[];
  /** How it answers from now on. */
  answer(answering: Answering): void;
  close(): Promise<void>;
}

export async function testServer(): Promise<TestServer> {
  let answering: Answering = (_, response) => void response.writeHead(404).end();
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url!, `http://${request.headers.host}`);
    asked.push({ url, headers: request.headers });
    answering(asked.at(-1)!, response, asked.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer(next) {
      answering = next;
      asked.length = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
