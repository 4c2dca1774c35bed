/** `/api/sources`: the sources of the current definitions, and their runs. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import { filesOfRuns, runsOf } from '../../ledger/runs.ts';
import type { Registry } from '../../model/registry.ts';
import { allSources } from '../fetch/find-source.ts';
import { reportRun, reportSources } from '../fetch/report-sources.ts';
import { notFound } from './answers.ts';
import { parse } from './parse.ts';

/** Runs that are returned where nobody says how many, and at most. */
const limits = { usual: 50, most: 500 };

const params = z.strictObject({ dataset: z.string(), source: z.string() });
const query = z.strictObject({
  limit: z.coerce.number().int().min(1).max(limits.most).default(limits.usual),
});

export function sourceRoutes(app: FastifyInstance, registry: Registry, pool: pg.Pool): void {
  app.get('/api/sources', { schema: listSchema }, async () => {
    return { sources: await reportSources(pool, registry, process.env) };
  });

  app.get('/api/sources/:dataset/:source/runs', { schema: runsSchema }, async (request) => {
    const { dataset, source } = parse(params, request.params);
    const { limit } = parse(query, request.query);
    const known = allSources(registry).some((one) => one.dataset === dataset && one.source.name === source);
    if (!known) throw notFound(`/api/sources/${dataset}/${source}/runs`);
    const runs = await runsOf(pool, dataset, source, limit);
    const numbers = runs.map(({ runId }) => runId);
    const files = await filesOfRuns(pool, numbers);
    return {
      runs: runs.map((run) => ({
        ...reportRun(run),
        files: files
          .filter(({ runId }) => runId === run.runId)
          .map(({ fileId, name, state }) => ({ fileId, name, state })),
      })),
    };
  });
}

const listSchema = {
  summary: 'Sources: cursor, last run and next run',
  tags: ['sources'],
  response: { 200: { description: 'The sources', type: 'object', additionalProperties: true } },
};

const runsSchema = {
  summary: 'Runs of a source, newest first, each with its files',
  tags: ['sources'],
  params: { type: 'object', properties: { dataset: { type: 'string' }, source: { type: 'string' } } },
  querystring: { type: 'object', properties: { limit: { type: 'integer', default: limits.usual } } },
};
