/** What the sources of an example fetch from while its demo runs: folders, a database, a web service of the process. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GenerateOptions } from './generated.ts';

export interface DemoOptions extends GenerateOptions {
  /** A server on which an application's database may be created. */
  readonly databaseUrl: string;
  /** A folder for the demo's files, which is there. */
  readonly folder: string;
}

/** What is open until `close`. */
export interface DemoSite {
  /** Values of the variables that the sources name. */
  readonly env: Readonly<Record<string, string>>;
  /** Played one after another. */
  readonly rounds: readonly DemoRound[];
  close(): Promise<void>;
}

/** Sources that are fetched one after another, when what they read has been prepared. */
export interface DemoRound {
  readonly title: string;
  prepare?(): Promise<void>;
  readonly sources: readonly DemoSource[];
}

export interface DemoSource {
  readonly dataset: string;
  readonly source: string;
  /** Instants in UTC, of the time that the data are about; null for what the source has now. */
  readonly window: { readonly from: string; readonly to: string } | null;
}

/** A web service on a free port of this machine, which answers GET requests with JSON; null is 404. */
export async function serveJson(
  answer: (url: URL) => string | null,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const body = answer(new URL(request.url!, 'http://localhost'));
    response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(body ?? '{}');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
