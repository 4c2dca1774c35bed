/** A coordinator with a worker and a server, in this process, and requests to it. */
import { request } from 'node:http';
import { join } from 'node:path';
import { createInspector } from '../../../../cli/init/inspect.ts';
import { type Server, type ServerOptions, startServer } from '../../../../coordinator/http/server.ts';
import { createHub } from '../../../../coordinator/progress/hub.ts';
import { Uploads } from '../../../../coordinator/upload/uploads.ts';
import { openTicks } from '../../../../ledger/ticks.ts';
import type { Definition } from '../../../../model/index.ts';
import type { Config } from '../../../../platform/config/config.ts';
import { openStorage } from '../../../../platform/storage/index.ts';
import { openRig, type Rig } from '../../support.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all shapes.
  readonly json: any;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** JSON, unless it is text. */
  readonly body?: unknown;
  readonly server?: Server;
}

export interface Served {
  readonly rig: Rig;
  readonly server: Server;
  /** Another server of the same coordinator. */
  serve(config: Partial<ServerOptions['config']>): Promise<Server>;
  /** POST with a body; otherwise GET. */
  ask(path: string, asked?: Asked): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

export async function openServed(
  definitions: readonly Definition[],
  settings: Partial<Config> = {},
): Promise<Served> {
  const rig = await openRig({ definitions, settings });
  await rig.start();
  await rig.startWorker();
  const { database, coordinator, registry } = rig;
  const ticks = await openTicks({ redisUrl: null }, database);
  const log = { warn: () => {}, error: () => {} };
  const hub = await createHub({ ledger: coordinator.ledger, databaseUrl: database.url, ticks, log });
  const servers: Server[] = [];
  const uploads = new Uploads({
    ...{ folder: join(rig.folder, 'uploads'), bytesMost: 2 ** 30, registry },
    landing: () => openStorage(rig.config.landingUrl),
  });
  const serve = async (config: Partial<ServerOptions['config']>) => {
    const server = await startServer({
      config: { ...rig.config, ...config },
      ...{ hub, registry, log, ledger: coordinator.ledger, pool: database.pool },
      actions: coordinator.actions,
      webhooks: coordinator.webhooks,
      queues: coordinator.queues,
      upload: { uploads, inspector: createInspector(registry), datasets: [] },
    });
    servers.push(server);
    return server;
  };
  const server = await serve({});
  const ask: Served['ask'] = (path, asked = {}) => send(asked.server ?? server, path, asked);
  return {
    ...{ rig, server, serve, ask },
    post: (path, body) => ask(path, { method: 'POST', body }),
    async close() {
      for (const one of servers) await one.close();
      await hub.close();
      await ticks.close();
      await rig.close();
    },
  };
}

/** A request with headers that fetch would not let through. */
function send(server: Server, path: string, { method, headers, body }: Asked): Promise<Answer> {
  const isText = typeof body === 'string';
  const sent = body === undefined ? '' : isText ? body : JSON.stringify(body);
  const type = { 'content-type': isText ? 'text/csv' : 'application/json' };
  const options = {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body !== undefined && type), ...headers },
  };
  return new Promise((resolve, reject) => {
    const sending = request(new URL(path, server.url), options, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        const isJson = response.headers['content-type']?.startsWith('application/json');
        const json = isJson ? JSON.parse(text) : null;
        resolve({ status: response.statusCode!, headers: response.headers, text, json });
      });
    });
    sending.on('error', reject);
    sending.end(sent);
  });
}
