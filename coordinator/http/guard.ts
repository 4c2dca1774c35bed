/** The checks before every route, the headers of every answer, and errors as JSON. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { LandfallError } from '../../platform/errors/errors.ts';
import { errorAnswer } from './answers.ts';
import { tokenPage } from './page.ts';
import { type Gate, securityHeaders } from './security.ts';

/** The methods of all routes. */
const readMethods = ['GET', 'HEAD'];

interface GuardOptions {
  readonly gate: Gate;
  readonly log: { error(details: object, message: string): void };
  /** What a path is answered with that no route has. */
  readonly otherwise: (path: string) => Error;
}

/** A Fastify without routes. It listens to nothing: requests come from a Listener. */
export function guardedApp({ gate, log, otherwise }: GuardOptions): FastifyInstance {
  const app = Fastify({ logger: false, routerOptions: { maxParamLength: 200 } });
  // The schemas of routes are only documentation. zod checks requests, and names all mistakes at once.
  app.setValidatorCompiler(() => () => true);
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
  app.setNotFoundHandler((request, reply) => {
    const { method, url } = request;
    if (readMethods.includes(method)) return answerError(otherwise(url.split('?')[0]), request, reply);
    reply.header('allow', readMethods.join(', '));
    return answerError(new LandfallError('LF_HTTP_METHOD', { method }), request, reply);
  });
  app.setErrorHandler((error, request, reply) => {
    const { status } = errorAnswer(error);
    if (status >= 500) log.error({ err: error, url: request.url.split('?')[0] }, 'a request failed');
    return answerError(error, request, reply);
  });
  return app;
}

/** The paths that need no token: what probes ask, and the page's scripts and styles. */
function isOpen(path: string): boolean {
  return path === '/healthz' || path === '/readyz' || path.startsWith('/assets/');
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const { status, body } = errorAnswer(error);
  reply.code(status);
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="landfall"');
  if (status === 401 && request.headers.accept?.includes('text/html'))
    return reply.type('text/html').send(tokenPage);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}
