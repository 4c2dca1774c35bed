/** `/metrics` in Prometheus' text format, computed at each request. A server that is away leaves out what it knows. */
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { EndpointReport } from '../../ledger/tables/deliveries.ts';
import { inTime } from '../../platform/in-time.ts';
import { packageVersion } from '../../platform/package/package-version.ts';
import { type AskReadiness, standsBy } from '../http/health.ts';
import type { Hub } from '../progress/hub.ts';
import type { MartBehindReport } from './marts-behind.ts';
import { type Facts, type MetricTable, metricTable, ownMetrics } from './metric-table.ts';
import type { RejectCount } from './reject-tally.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Jobs in the queue by state. */
export type QueueCounts = () => Promise<Readonly<Record<string, number>>>;

export interface MetricsOptions {
  readonly hub: Pick<Hub, 'snapshot' | 'watchers'>;
  readonly readiness: AskReadiness;
  readonly term: () => number | null;
  readonly queueCounts?: QueueCounts;
  readonly rejects?: () => Promise<readonly RejectCount[]>;
  readonly martsBehind?: () => Promise<readonly MartBehindReport[]>;
  readonly webhooks?: () => Promise<readonly EndpointReport[]>;
}

/** How long a server may take to say what is asked for metrics. Prometheus waits for ten seconds. */
const answerMs = 3_000;

export function createMetrics(options: MetricsOptions): Metrics {
  const { hub, readiness, term, queueCounts, rejects, martsBehind, webhooks } = options;
  return metricsOf<Facts>(async () => {
    const checks = await readiness();
    // A server that has just not answered is not asked again.
    const [jobs, rejectCounts, behind, endpoints] = await Promise.all([
      checks.queue ? answerOf(queueCounts, {}) : {},
      checks.database ? answerOf(rejects, []) : [],
      checks.database ? answerOf(martsBehind, []) : [],
      checks.database ? answerOf(webhooks, []) : [],
    ]);
    return {
      ...{ version: packageVersion(), now: Date.now() / 1000, readiness: checks },
      ...{ state: hub.snapshot().state, term: term(), watchers: hub.watchers() },
      ...{ jobs, rejects: rejectCounts, martsBehind: behind, endpoints },
    };
  }, metricTable);
}

/** The metrics of a coordinator that stands by: that it does, and those of its process. */
export function standbyMetrics(): Metrics {
  const facts = { version: packageVersion(), term: null, readiness: standsBy };
  return metricsOf(async () => facts, ownMetrics);
}

export function metricsRoute(app: FastifyInstance, metrics: Metrics): void {
  app.get(
    '/metrics',
    { schema: { summary: 'Prometheus metrics', tags: ['server'] } },
    async (_request, reply) => {
      reply.type(metrics.contentType);
      return metrics.text();
    },
  );
}

function metricsOf<Known>(ask: () => Promise<Known>, table: MetricTable<Known>): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const shown = Object.entries(table).map(([name, { type, help, labels, samples }]) => {
    const options = { name: `landfall_${name}`, help, labelNames: labels, registers: [register] };
    return { metric: type === 'gauge' ? new Gauge(options) : new Counter(options), labels, samples };
  });
  return {
    contentType: register.contentType,
    async text() {
      const facts = await ask();
      for (const { metric, labels, samples } of shown) {
        metric.reset();
        // A gauge that has no labels is 0 after a reset, which would be a moment, or a term.
        if (metric instanceof Gauge && labels.length === 0) metric.remove();
        for (const sample of samples(facts)) metric.inc(sample.labels ?? {}, sample.value);
      }
      return register.metrics();
    },
  };
}

/** What `ask` answers, or `otherwise` where it fails or takes too long. */
async function answerOf<T>(ask: (() => Promise<T>) | undefined, otherwise: T): Promise<T> {
  return ask === undefined ? otherwise : inTime(ask(), answerMs, otherwise);
}
