/** The checks before every route, the headers of every answer, and errors as JSON. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Role } from '../../platform/config/access-tokens.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { errorAnswer } from './answers.ts';
import { tokenPage } from './page.ts';
import { checkRole, type Gate, securityHeaders, type Who } from './security.ts';
import { urlOf } from './url-of.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever sends it. */
    who: Who;
  }
  interface FastifyContextConfig {
    /** Who may ask it. Default: view. */
    role?: Role;
  }
}

/** Methods that change nothing. */
const readMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a body may have, in bytes, unless its route says otherwise. */
const bodyBytes = 64 * 1024;

interface GuardOptions {
  readonly gate: Gate;
  readonly log: { error(details: object, message: string): void };
  /** What a path is answered with that no route has. */
  readonly otherwise: (path: string) => Error;
}

/** A Fastify without routes. It listens to nothing: requests come from a Listener. */
export function guardedApp({ gate, log, otherwise }: GuardOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: bodyBytes,
    routerOptions: { maxParamLength: 200 },
    // Of an address that cannot be read, before any hook.
    frameworkErrors: (error, request, reply) => answerError(error, request, reply.headers(securityHeaders)),
  });
  const methodsOf = methodsByPath(app);
  // The schemas of routes are only documentation. zod checks requests, and names all mistakes at once.
  app.setValidatorCompiler(() => () => true);
  app.decorateRequest('who');
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    reply.header('cache-control', request.url.startsWith('/api/') ? 'no-store' : 'no-cache');
    const url = urlOf(request.url);
    gate.checkHost(request.headers);
    if (isOpen(url.pathname)) return;
    const changes = !readMethods.has(request.method);
    if (changes) gate.checkChange(request.headers);
    request.who = gate.identify(request.headers, changes ? null : url);
    checkRole(request.who, request.routeOptions.config?.role ?? 'view');
    const cookie = changes ? null : gate.cookie(url);
    if (cookie === null) return;
    reply.header('set-cookie', cookie);
    if (!isNavigation(request)) return;
    // The token leaves the address bar, and with it the history of the browser.
    url.searchParams.delete('token');
    return reply.redirect(`${url.pathname}${url.search}`, 303);
  });
  app.setNotFoundHandler((request, reply) => {
    const { method } = request;
    const path = request.url.split('?')[0];
    const methods = methodsOf(path);
    if (methods.length === 0) return answerError(otherwise(path), request, reply);
    const allow = methods.join(', ');
    reply.header('allow', allow);
    return answerError(new LandfallError('LF_HTTP_METHOD', { path, method, allow }), request, reply);
  });
  app.setErrorHandler((error, request, reply) => {
    const { status } = errorAnswer(error);
    if (status >= 500) log.error({ err: error, url: request.url.split('?')[0] }, 'a request failed');
    return answerError(error, request, reply);
  });
  return app;
}

/** Notes the methods of all routes. Returns a function of those that a path has. */
function methodsByPath(app: FastifyInstance): (path: string) => string[] {
  const routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const literal = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
    const pattern = literal.replace(/:\w+/g, '[^/]+').replaceAll('*', '.*');
    routes.push({ path: new RegExp(`^${pattern}$`), methods: [method].flat() });
  });
  return (path) => {
    const found = routes.filter((route) => route.path.test(path)).flatMap(({ methods }) => methods);
    return [...new Set(found)].sort();
  };
}

/** The paths that need no token: what probes ask, and the page's scripts and styles. */
function isOpen(path: string): boolean {
  return path === '/healthz' || path === '/readyz' || path.startsWith('/assets/');
}

/** Whether a browser opens a page. */
function isNavigation({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-mode'] === 'navigate' || (headers.accept ?? '').includes('text/html');
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const { status, body } = errorAnswer(error);
  reply.code(status);
  // The rest of a body that nobody reads must not be taken for the next request.
  if (!request.raw.complete) reply.header('connection', 'close');
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="landfall"');
  if (status === 401 && request.headers.accept?.includes('text/html'))
    return reply.type('text/html').send(tokenPage);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}
