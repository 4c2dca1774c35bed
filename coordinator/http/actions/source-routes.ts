/** `POST /api/sources/:dataset/:source/…`: runs a source now, or fetches past windows of it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import type { LedgerRun } from '../../../ledger/runs.ts';
import type { Registry } from '../../../model/registry.ts';
import { type FoundSource, sourceNamed } from '../../fetch/find-source.ts';
import { reportRun } from '../../fetch/report-sources.ts';
import { requestRun, runKnown, windowAsked } from '../../fetch/request-run.ts';
import { backfillWindows, foretellBackfill, parallelMost, requestBackfill } from '../../schedule/backfill.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';
import { dryRunQuery, dryRunSchema, operates } from './file-routes.ts';
import { recorded } from './record.ts';

/** Runs that an answer lists at most; it counts all of them. */
const listedMost = 100;

const params = z.strictObject({ dataset: z.string(), source: z.string() });
const runBody = z
  .strictObject({ from: z.string().optional(), to: z.string().optional(), again: z.boolean().default(false) })
  .nullish()
  .transform((body) => body ?? { again: false });
const backfillBody = z.strictObject({
  from: z.string(),
  to: z.string(),
  step: z.string().optional(),
  parallel: z.number().int().min(1).max(parallelMost).default(1),
  again: z.boolean().default(false),
});

export function sourceActionRoutes(app: FastifyInstance, registry: Registry, pool: pg.Pool): void {
  const sourceOf = (request: FastifyRequest): FoundSource => {
    const { dataset, source } = parse(params, request.params);
    return sourceNamed(registry, `${dataset}.${source}`);
  };
  const isDryRun = ({ query }: FastifyRequest) => parse(dryRunQuery, query).dryRun === 'true';

  app.post(
    '/api/sources/:dataset/:source/run',
    { ...operates, schema: runSchema },
    async (request, reply) => {
      const dryRun = isDryRun(request);
      const asked = parse(runBody, request.body);
      const found = sourceOf(request);
      const window = await windowAsked(pool, found, asked);
      if (dryRun) {
        const known = await runKnown(pool, found, window);
        const fetches = known === null || known.state === 'failed' || (known.state === 'done' && asked.again);
        return { dryRun, window, fetches, known: known && reportRun(known) };
      }
      const { again } = asked;
      const about = { what: 'run', target: nameOf(found), details: { window, again } };
      const run = await recorded(pool, request, about, () => requestRun(pool, found, window, { again }));
      reply.code(202);
      return { dryRun, window, run: reportRun(run) };
    },
  );

  app.post(
    '/api/sources/:dataset/:source/backfill',
    { ...operates, schema: backfillSchema },
    async (request, reply) => {
      const dryRun = isDryRun(request);
      const { parallel, again, ...span } = parse(backfillBody, request.body);
      const found = sourceOf(request);
      const name = { dataset: found.dataset, source: found.source.name };
      const windows = backfillWindows(nameOf(found), found.source.schedule, span);
      const wanted = { windows, parallel, again };
      if (dryRun) return { dryRun, ...planned(await foretellBackfill(pool, name, wanted)) };
      const about = { what: 'backfill', target: nameOf(found), details: { ...span, parallel, again } };
      const runs = await recorded(pool, request, about, () => requestBackfill(pool, name, wanted));
      reply.code(202);
      return { dryRun, ...planned(runs) };
    },
  );
}

function nameOf({ dataset, source }: FoundSource): string {
  return `${dataset}.${source.name}`;
}

function planned({ wanted, done }: { readonly wanted: readonly LedgerRun[]; readonly done: number }) {
  const windows = wanted.length + done;
  return { windows, fetches: wanted.length, done, runs: wanted.slice(0, listedMost).map(reportRun) };
}

const tags = ['sources'];
const names = {
  type: 'object',
  properties: { dataset: { type: 'string' }, source: { type: 'string' } },
  required: ['dataset', 'source'],
} as const;
const instant = {
  type: 'string',
  description: 'A day, 2026-01-01, or an instant, 2026-01-01T06:00Z',
} as const;
const again = { type: 'boolean', default: false, description: 'Fetch again what is done' } as const;
const answer = { type: 'object', additionalProperties: true } as const;

const runSchema = {
  summary: 'Fetches a source now; without a window, from the end of its last one until now',
  tags,
  params: names,
  querystring: dryRunSchema,
  body: { type: 'object', properties: { from: instant, to: instant, again } },
  response: {
    200: { description: 'The window that would be fetched', ...answer },
    202: { description: 'The run', ...answer },
    '4xx': errorSchema,
  },
};

const backfillSchema = {
  summary: 'Fetches past windows of a source, behind its live runs',
  tags,
  params: names,
  querystring: dryRunSchema,
  body: {
    type: 'object',
    required: ['from', 'to'],
    properties: {
      from: instant,
      to: instant,
      step: { type: 'string', description: 'Length of a window, such as 1d; default: as the schedule says' },
      parallel: { type: 'integer', minimum: 1, maximum: parallelMost, default: 1 },
      again,
    },
  },
  response: {
    200: {
      description: `Windows that would be fetched, and the first ${listedMost} of their runs`,
      ...answer,
    },
    202: { description: `Windows that are fetched, and the first ${listedMost} of their runs`, ...answer },
    '4xx': errorSchema,
  },
};
