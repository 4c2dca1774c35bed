/** A web service that serves pages of rides: what a source fetches, at every site and as often as it is asked. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Feed {
  readonly url: string;
  /** Pages by the beginning of their window, in ms. */
  readonly pages: Map<string, readonly string[]>;
  close(): Promise<void>;
}

export async function openFeed(): Promise<Feed> {
  const pages: Feed['pages'] = new Map();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://feed');
    const page = pages.get(pathname.slice(1))?.[Number(searchParams.get('page')) - 1];
    if (page === undefined) response.writeHead(404);
    response.end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pages,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
