/**
 * The coordinator's server: the page, the progress socket, and an API. It only reads: all requests are GET.
 *
 *   request ─▶ Host ─▶ token ─▶ route          upgrade ─▶ Host ─▶ Origin ─▶ token ─▶ hub
 */
import { readFileSync } from 'node:fs';
import fastifySwagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type pg from 'pg';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Registry } from '../../model/registry.ts';
import type { Config } from '../../platform/config/config.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { ProgressState } from '../../platform/progress/progress.ts';
import { currentEvents } from '../finalise/current-events.ts';
import { withMarts } from '../finalise/receipt-marts.ts';
import type { Hub } from '../progress/hub.ts';
import { errorAnswer, notFound } from './answers.ts';
import { datasetRoutes, queryPaths } from './datasets.ts';
import { fileRoutes } from './files.ts';
import { createMetrics, type QueueCounts } from './metrics.ts';
import { servePage, tokenPage } from './page.ts';
import { createGate, type Gate, securityHeaders } from './security.ts';
import { createSocketServer } from './socket.ts';
import { sourceRoutes } from './sources-api.ts';

export interface ServerOptions {
  readonly config: Pick<Config, 'host' | 'port' | 'token' | 'landingUrl'>;
  readonly hub: Pick<Hub, 'attach' | 'snapshot' | 'watchers'>;
  readonly ledger: Ledger;
  readonly registry: Registry;
  /** For named queries. */
  readonly pool: pg.Pool;
  readonly log: { error(details: object, message: string): void };
  /** Jobs in the queue by state, for /metrics. */
  readonly queueCounts?: QueueCounts;
}

export interface Server {
  /** The address of the page, such as http://127.0.0.1:8080 */
  readonly url: string;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/** Listens on config.host and config.port (0: any free port). Throws LF_HTTP_PORT if the port is taken. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host, port } = options.config;
  const app = Fastify({ logger: false, forceCloseConnections: true, routerOptions: { maxParamLength: 200 } });
  // The schemas of routes are only documentation. zod checks requests, and names all mistakes at once.
  app.setValidatorCompiler(() => () => true);
  const gate = createGate(options.config);
  const sockets = createSocketServer({ hub: options.hub, gate });
  guard(app, gate, options.log);
  await app.register(fastifySwagger, { openapi: { info: { title: 'Landfall', version: packageVersion() } } });
  await app.register(async (routes) => addRoutes(routes, options));
  app.server.on('upgrade', sockets.upgrade);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new LandfallError('LF_HTTP_PORT', { host, port });
    throw error;
  }
  const address = app.server.address();
  const boundPort = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://${addressName(host)}:${boundPort}`,
    async close() {
      sockets.close();
      await app.close();
    },
  };
}

/** Adds the checks before every route, the headers of every response, and errors as JSON. */
function guard(app: FastifyInstance, gate: Gate, log: ServerOptions['log']): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    reply.header('cache-control', request.url.startsWith('/api/') ? 'no-store' : 'no-cache');
    const url = new URL(request.url, 'http://local');
    gate.checkHost(request.headers);
    if (isOpen(url.pathname)) return;
    gate.checkToken(request.headers, url);
    const cookie = gate.cookie(url);
    if (cookie) reply.header('set-cookie', cookie);
  });
  app.setNotFoundHandler((request, reply) =>
    answerError(notFound(request.url.split('?')[0]), request, reply),
  );
  app.setErrorHandler((error, request, reply) => {
    const { status } = errorAnswer(error);
    if (status >= 500) log.error({ err: error, url: request.url.split('?')[0] }, 'a request failed');
    return answerError(error, request, reply);
  });
}

/** The paths that need no token: the health check, and the page's scripts and styles. */
function isOpen(path: string): boolean {
  return path === '/healthz' || path.startsWith('/assets/');
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const { status, body } = errorAnswer(error);
  reply.code(status);
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="landfall"');
  if (status === 401 && request.headers.accept?.includes('text/html'))
    return reply.type('text/html').send(tokenPage);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}

async function addRoutes(app: FastifyInstance, options: ServerOptions): Promise<void> {
  const { hub, ledger, registry, pool, config, queueCounts } = options;
  const metrics = createMetrics(hub, queueCounts);
  await servePage(app);
  const tools = { pool, registry };
  fileRoutes(app, ledger, {
    receipt: (receipt) => withMarts(tools, receipt),
    events: (file, chunkIds) => currentEvents(tools, file, chunkIds),
  });
  datasetRoutes(app, registry, pool);
  sourceRoutes(app, registry, pool);
  app.get(
    '/api/about',
    { schema: { summary: 'Version, landing folder and datasets', tags: ['server'] } },
    () => ({
      name: 'landfall',
      version: packageVersion(),
      landing: config.landingUrl,
      datasets: registry.names(),
    }),
  );
  app.get(
    '/healthz',
    {
      schema: { summary: 'Answers while the server is running; degraded if a mart fails', tags: ['server'] },
    },
    () => health(hub.snapshot().state),
  );
  app.get(
    '/metrics',
    { schema: { summary: 'Prometheus metrics', tags: ['server'] } },
    async (_request, reply) => {
      reply.type(metrics.contentType);
      return metrics.text();
    },
  );
  app.get('/api/openapi.json', { schema: { hide: true } }, () => {
    const document = app.swagger();
    return { ...document, paths: { ...document.paths, ...queryPaths(registry) } };
  });
}

/**
 * Loading works even if a mart cannot be refreshed, so the answer is still 200. It needs no token, so it has numbers
 * and no names.
 */
function health({ marts }: ProgressState): { status: 'ok' | 'degraded'; martsFailing?: number } {
  return marts.length === 0 ? { status: 'ok' } : { status: 'degraded', martsFailing: marts.length };
}

/** An address that a person can open. A wildcard address becomes that of this machine. */
function addressName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function packageVersion(): string {
  // From source, package.json is two folders up; from dist/coordinator/http, three.
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
    } catch {
      // It is not there. Try the other place.
    }
  }
  return '';
}
