/**
 * What probes are told (docs/operations/README.md). Both paths need no token, so they answer with numbers and no names.
 *
 *   /healthz   200 as long as the process runs. Whatever is wrong around it, a restart would not help.
 *   /readyz    200 when it leads and can work, else 503.
 */
import type { FastifyInstance } from 'fastify';
import { inTime } from '../../platform/in-time.ts';
import type { ProgressState } from '../../platform/progress/progress.ts';

/** How long a server may take to answer a check. */
const answerMs = 2_000;
/** How long the result of a check holds, so that probes from many sides cost one question. */
const holdsMs = 1_000;

export interface Health {
  /** `degraded`: it works, and a person should look at what is counted. */
  readonly status: 'ok' | 'degraded';
  readonly leading: boolean;
  readonly outages?: number;
  readonly martsFailing?: number;
  readonly definitionsBroken?: number;
}

const readyChecks = ['leading', 'database', 'queue', 'definitions'] as const;
export type ReadyCheck = (typeof readyChecks)[number];
export type Readiness = Readonly<Record<ReadyCheck, boolean>>;

/** Asks whether a coordinator can work now. */
export type AskReadiness = () => Promise<Readiness>;

export interface ReadinessOptions {
  readonly isLeading: () => boolean;
  /** Each asks its server. */
  readonly askDatabase: () => Promise<unknown>;
  readonly askQueue: () => Promise<unknown>;
  readonly definitions: () => ProgressState['definitions'];
}

/** The counts of what is wrong are there if they are not 0. */
export function healthOf(
  { outages, marts, definitions }: Pick<ProgressState, 'outages' | 'marts' | 'definitions'>,
  leading: boolean,
): Health {
  const counts = Object.entries({
    outages: outages.length,
    martsFailing: marts.length,
    definitionsBroken: definitions.broken.length,
  }).filter(([, count]) => count > 0);
  return { status: counts.length === 0 ? 'ok' : 'degraded', leading, ...Object.fromEntries(counts) };
}

/**
 * A broken definition stops its own dataset and nothing else, so it makes a coordinator unready only where no other
 * definition can be used: as when the folder of definitions is mounted wrong.
 */
export function readinessOf(options: ReadinessOptions): AskReadiness {
  const database = heldAnswer(options.askDatabase);
  const queue = heldAnswer(options.askQueue);
  return async () => {
    const { datasets, broken } = options.definitions();
    const [hasDatabase, hasQueue] = await Promise.all([database(), queue()]);
    const definitions = broken.length === 0 || datasets.length > 0;
    return { leading: options.isLeading(), database: hasDatabase, queue: hasQueue, definitions };
  };
}

/** A coordinator that stands by is ready for nothing yet. */
export const standsBy: Readiness = { leading: false, database: false, queue: false, definitions: false };

export function healthRoutes(
  app: FastifyInstance,
  { health, readiness }: { health: () => Health; readiness: () => Readiness | Promise<Readiness> },
): void {
  const tags = ['server'];
  app.get(
    '/healthz',
    { schema: { summary: 'Answers while the process runs; degraded if something needs a person', tags } },
    () => health(),
  );
  app.get(
    '/readyz',
    { schema: { summary: 'Whether this coordinator leads and can work: 200, else 503', tags } },
    async (_request, reply) => {
      const checks = await readiness();
      const ready = readyChecks.every((check) => checks[check]);
      reply.code(ready ? 200 : 503);
      return { status: ready ? 'ready' : 'unready', checks };
    },
  );
}

/** Whether `ask` is answered in time. One question at a time is open, and its answer holds for a moment. */
export function heldAnswer(ask: () => Promise<unknown>, { withinMs = answerMs, holds = holdsMs } = {}) {
  let open: Promise<boolean> | null = null;
  let last = { answered: false, at: Number.NEGATIVE_INFINITY };
  return async (): Promise<boolean> => {
    if (open === null && performance.now() - last.at < holds) return last.answered;
    open ??= ask()
      .then(
        () => true,
        () => false,
      )
      .then((answered) => {
        last = { answered, at: performance.now() };
        open = null;
        return answered;
      });
    return inTime(open, withinMs, false);
  };
}
