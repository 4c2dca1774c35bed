/**
 * What a coordinator answers while it stands by: probes and its own metrics. Everything else is sent on to the one that
 * leads, so a load balancer may ask either.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../../platform/config/config.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { metricsRoute, standbyMetrics } from '../metrics/metrics.ts';
import { createForward, isForwarded } from './forward.ts';
import { guardedApp } from './guard.ts';
import { healthRoutes, standsBy } from './health.ts';
import { type Answering, type Listener, listenOn } from './listener.ts';
import { createGate } from './security.ts';
import { refuse } from './socket.ts';
import { urlOf } from './url-of.ts';

export interface StandbyServer {
  readonly listener: Listener;
  /** From now on errors say who leads: `(scope pool, on HOST, process 4711)`. */
  led(by: LandfallError): void;
  /** From now on requests are sent on to this address; null: to nobody. */
  sendTo(url: string | null): void;
}

/** Paths that are about the process that is asked. */
const own: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** Throws LF_HTTP_PORT if the port is taken. */
export async function startStandbyServer(options: {
  readonly config: Pick<Config, 'host' | 'port' | 'token' | 'tokens'>;
  readonly log: { error(details: object, message: string): void };
}): Promise<StandbyServer> {
  const { config, log } = options;
  let leader: LandfallError | null = null;
  let leaderUrl: string | null = null;
  const standsByError = () =>
    new LandfallError('LF_HTTP_STANDBY', { why: leader === null ? 'It is starting.' : leader.message });
  const gate = createGate(config);
  const forward = createForward();
  const app = guardedApp({ gate, log, otherwise: standsByError });
  healthRoutes(app, { health: () => ({ status: 'ok', leading: false }), readiness: () => standsBy });
  metricsRoute(app, standbyMetrics());
  await app.ready();
  const pathOf = ({ url = '/' }: IncomingMessage) => url.split('?')[0];
  /** Where a request is to be sent on to; null: nowhere. */
  const targetOf = (request: IncomingMessage) =>
    own.has(pathOf(request)) || isForwarded(request) ? null : leaderUrl;
  const answer = (request: IncomingMessage, response: ServerResponse) => app.routing(request, response);
  const answering: Answering = {
    request(request, response) {
      const target = targetOf(request);
      if (target === null || !isAllowed(() => gate.checkHost(request.headers)))
        return answer(request, response);
      forward.request(target, request, response, () => answer(request, response));
    },
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      try {
        gate.checkHost(request.headers);
        const target = targetOf(request);
        if (target !== null)
          return forward.upgrade(target, request, socket, head, () => refuse(socket, standsByError()));
        gate.identify(request.headers, urlOf(request.url ?? '/'));
        throw standsByError();
      } catch (error) {
        refuse(socket, error);
      }
    },
    replaced: () => forward.close(),
  };
  return {
    listener: await listenOn(config, answering),
    led(by) {
      leader = by;
    },
    sendTo(url) {
      leaderUrl = url;
    },
  };
}

function isAllowed(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
