/**
 * The coordinator's server: the page, the progress socket, and an API (docs/http.md).
 *
 *   request ─▶ Host ─▶ Origin, if it changes something ─▶ token ─▶ role ─▶ route
 *   upgrade ─▶ Host ─▶ Origin ─▶ token ─▶ hub
 */
import fastifySwagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { Ledger } from '../../ledger/ledger.ts';
import { endpointReports } from '../../ledger/tables/deliveries.ts';
import type { Registry } from '../../model/registry.ts';
import type { Config } from '../../platform/config/config.ts';
import { packageVersion } from '../../platform/package/package-version.ts';
import type { Queues } from '../../platform/queue/index.ts';
import type { FileActions } from '../commands/file-actions.ts';
import { chunkEvents, currentEvents } from '../finalise/current-events.ts';
import { withMarts } from '../finalise/receipt-marts.ts';
import { martsBehind } from '../metrics/marts-behind.ts';
import { createMetrics, type MetricsOptions, metricsRoute, type QueueCounts } from '../metrics/metrics.ts';
import type { Hub } from '../progress/hub.ts';
import { actionRoutes } from './actions/audit.ts';
import { type DefinitionTools, definitionRoutes } from './actions/definition-routes.ts';
import { fileActionRoutes } from './actions/file-routes.ts';
import { attentionRoutes } from './actions/notices.ts';
import { rejectsCsvRoute } from './actions/rejects-csv.ts';
import { sourceActionRoutes } from './actions/source-routes.ts';
import { type UploadTools, uploadRoutes } from './actions/upload-routes.ts';
import { type WebhookTools, webhookRoutes } from './actions/webhook-routes.ts';
import { notFound } from './answers.ts';
import { serveApiPage } from './api-page.ts';
import { datasetRoutes, queryPaths } from './datasets/datasets.ts';
import { fileRoutes } from './files.ts';
import { guardedApp } from './guard.ts';
import { healthOf, healthRoutes, readinessOf } from './health.ts';
import { type Answering, type Listener, listenOn } from './listener.ts';
import { servePage } from './page.ts';
import { queueConsole } from './queue-console.ts';
import { createGate } from './security.ts';
import { createSocketServer } from './socket.ts';
import { sourceRoutes } from './sources-api.ts';

export interface ServerOptions {
  readonly config: Pick<
    Config,
    'host' | 'port' | 'token' | 'tokens' | 'webhooks' | 'queueConsole' | 'landingUrl'
  >;
  readonly hub: Pick<Hub, 'attach' | 'snapshot' | 'watchers'>;
  readonly ledger: Ledger;
  readonly registry: Registry;
  /** For named queries. */
  readonly pool: pg.Pool;
  readonly log: { error(details: object, message: string): void };
  /** The term in which the coordinator leads now; null: it does not. Default: it never does. */
  readonly term?: () => number | null;
  /** Jobs in the queue by state. */
  readonly queueCounts?: QueueCounts;
  /** Rejects of the files that have ended. */
  readonly rejects?: MetricsOptions['rejects'];
  /** What people may ask for. Default: the server only reads. */
  readonly actions?: FileActions;
  /** Uploads, and who looks at them. Default: none are taken. */
  readonly upload?: Omit<UploadTools, 'pool'> & Pick<DefinitionTools, 'datasets'>;
  /** Who tells endpoints what happens. Default: nobody does. */
  readonly webhooks?: WebhookTools['webhooks'];
  /** The queue, for its console. */
  readonly queues?: Pick<Queues, 'backend' | 'queuesOfBullmq'>;
  /** Where to serve, if the port is open already. */
  readonly listener?: Listener;
}

export interface Server {
  /** The address of the page, such as http://127.0.0.1:8080 */
  readonly url: string;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/** Serves on `options.listener`, or listens on config.host and config.port. Throws LF_HTTP_PORT if the port is taken. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { config, log } = options;
  const gate = createGate(config);
  const sockets = createSocketServer({ hub: options.hub, gate });
  const app = guardedApp({ gate, log, otherwise: notFound });
  await app.register(fastifySwagger, { openapi: { info: { title: 'Landfall', version: packageVersion() } } });
  await app.register(async (routes) => addRoutes(routes, options));
  await app.ready();
  const answering: Answering = { request: (request, response) => app.routing(request, response), ...sockets };
  options.listener?.handOver(answering);
  const listener = options.listener ?? (await listenOn(config, answering));
  return {
    url: listener.url,
    async close() {
      sockets.close();
      await listener.close();
      await app.close();
    },
  };
}

async function addRoutes(app: FastifyInstance, options: ServerOptions): Promise<void> {
  const { hub, ledger, registry, pool, config, term = () => null, queueCounts, rejects, actions } = options;
  const readiness = readinessOf({
    isLeading: () => term() !== null,
    askDatabase: () => pool.query('select 1'),
    askQueue: async () => queueCounts?.(),
    definitions: () => hub.snapshot().state.definitions,
  });
  await servePage(app);
  await serveApiPage(app);
  const tools = { pool, registry };
  fileRoutes(
    app,
    { ledger, ...tools },
    {
      receipt: (receipt) => withMarts(tools, receipt),
      events: (file, chunkIds) => currentEvents(tools, file, chunkIds),
      eventsOfChunks: (file, chunkIds) => chunkEvents(tools, file, chunkIds),
    },
  );
  datasetRoutes(app, registry, pool);
  sourceRoutes(app, registry, pool);
  rejectsCsvRoute(app, { pool, ledger, registry });
  attentionRoutes(app, { pool, hub });
  actionRoutes(app, pool);
  if (actions !== undefined) {
    fileActionRoutes(app, { pool, ledger, actions, inspector: options.upload?.inspector });
    sourceActionRoutes(app, registry, pool);
  }
  if (options.queues !== undefined)
    queueConsole(app, { queues: options.queues, isOn: config.queueConsole ?? false });
  if (options.webhooks !== undefined) {
    const { webhooks: endpoints = [] } = config;
    webhookRoutes(app, { pool, endpoints, webhooks: options.webhooks });
  }
  if (options.upload !== undefined) {
    uploadRoutes(app, { pool, ...options.upload });
    definitionRoutes(app, { pool, registry, ...options.upload });
  }
  app.get(
    '/api/about',
    {
      schema: { summary: 'Version, landing folder, datasets, and what your token may do', tags: ['server'] },
    },
    (request) => ({
      name: 'landfall',
      version: packageVersion(),
      landing: config.landingUrl,
      datasets: registry.names(),
      role: request.who.role,
    }),
  );
  const health = () => healthOf(hub.snapshot().state, term() !== null);
  healthRoutes(app, { health, readiness });
  const fromLedger = {
    martsBehind: () => martsBehind(pool, registry),
    webhooks: () => endpointReports(pool),
  };
  metricsRoute(app, createMetrics({ hub, readiness, term, queueCounts, rejects, ...fromLedger }));
  app.get('/api/openapi.json', { schema: { hide: true } }, () => {
    const document = app.swagger();
    return { ...document, paths: { ...document.paths, ...queryPaths(registry) } };
  });
}
