/** `/api/datasets/:name` and what is below it: one dataset, its lake, its loads, and the rows of its marts. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import { lakePartitions, loadsPerDay } from '../../../ledger/reports/dataset-reports.ts';
import { failingMarts, oldestUnshown, refreshTimes } from '../../../ledger/tables/marts.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import type { Registry } from '../../../model/registry.ts';
import type { MartDetail } from '../../../platform/progress/dataset-detail.ts';
import { qualified } from '../../../sinks/postgres/ddl/sql-columns.ts';
import { errorSchema, notFound } from '../answers.ts';
import { parse } from '../parse.ts';
import { describeDataset } from './describe.ts';
import type { QueryRunner } from './named-query.ts';

/** Partitions that an answer lists at most; it counts all of them. */
const partitionsMost = 500;
const martRowsMost = 1000;
const dayMs = 86_400_000;

const named = z.strictObject({ name: z.string() });
const martNamed = z.strictObject({ name: z.string(), mart: z.string() });
const loadsQuery = z.strictObject({
  token: z.string().optional(),
  days: z.coerce.number().int().min(1).max(3660).default(90),
});

export function datasetDetailRoutes(
  app: FastifyInstance,
  { registry, pool, ask }: { registry: Registry; pool: pg.Pool; ask: QueryRunner['run'] },
): void {
  const datasetOf = (name: string): CompiledDataset => {
    const dataset = registry.get(name);
    if (dataset === undefined) throw notFound(`/api/datasets/${name}`);
    return dataset;
  };

  app.get('/api/datasets/:name', { schema: detailSchema }, async (request) => {
    const dataset = datasetOf(parse(named, request.params).name);
    return { ...describeDataset(dataset), marts: await martsOf(pool, dataset) };
  });

  app.get('/api/datasets/:name/partitions', { schema: partitionsSchema }, async (request) => {
    const { name } = datasetOf(parse(named, request.params).name);
    const rows = await lakePartitions(pool, name, partitionsMost);
    return {
      count: rows[0]?.folders ?? 0,
      partitions: rows.map(({ folders: _, ...partition }) => partition),
    };
  });

  app.get('/api/datasets/:name/loads', { schema: loadsSchema }, async (request) => {
    const { name } = datasetOf(parse(named, request.params).name);
    const { days } = parse(loadsQuery, request.query);
    const today = Math.floor(Date.now() / dayMs) * dayMs;
    const since = new Date(today - (days - 1) * dayMs);
    return { since: since.toISOString(), days: await loadsPerDay(pool, name, since) };
  });

  app.get('/api/datasets/:name/marts/:mart', { schema: martSchema }, async (request, reply) => {
    const { name, mart: martName } = parse(martNamed, request.params);
    const { star, marts } = datasetOf(name);
    if (star === null || marts.every((mart) => mart.name !== martName))
      throw notFound(`/api/datasets/${name}/marts/${martName}`);
    const sql = `select * from ${qualified(star.schema, martName)} order by 1 limit ${martRowsMost}`;
    const query = { name: martName, description: '', sql, parameters: [] };
    const answer = await ask({ dataset: name, query, values: [], page: null });
    const head = JSON.stringify({ dataset: name, mart: martName, rowCount: answer.rowCount });
    reply.type('application/json; charset=utf-8');
    return `${head.slice(0, -1)},"rows":${answer.rowsJson}}`;
  });
}

/** Marts, and how fresh those are that are stored. */
async function martsOf(pool: pg.Pool, dataset: CompiledDataset): Promise<MartDetail[]> {
  const { marts } = describeDataset(dataset);
  const tables = marts.filter(({ kind }) => kind === 'table').map(({ name }) => name);
  const times = await refreshTimes(pool, dataset.name, tables);
  const behind = await oldestUnshown(
    pool,
    tables.map((name) => ({ dataset: dataset.name, name })),
  );
  const failing = (await failingMarts(pool)).filter((mart) => mart.dataset === dataset.name);
  return marts.map((mart) => {
    const refreshedAt = times.get(mart.name);
    return {
      ...mart,
      refreshedAt: refreshedAt === undefined ? null : new Date(refreshedAt).toISOString(),
      behindSince: behind.find(({ name }) => name === mart.name)?.since.toISOString() ?? null,
      error: failing.find(({ name }) => name === mart.name)?.error ?? null,
    };
  });
}

const tags = ['datasets'];
const params = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } as const;
const answer = { type: 'object', additionalProperties: true } as const;

const detailSchema = {
  summary: 'A dataset: where each column goes, its star, how fresh its marts are, its named queries',
  tags,
  params,
  response: { 200: { description: 'The dataset', ...answer }, '4xx': errorSchema },
};

const partitionsSchema = {
  summary: `Partitions of the lake with rows, bytes and parts, the last first: at most ${partitionsMost}`,
  tags,
  params,
  response: { 200: { description: 'The partitions, and how many there are', ...answer }, '4xx': errorSchema },
};

const loadsSchema = {
  summary: 'What was loaded on each day in UTC; days on which nothing was are left out',
  tags,
  params,
  querystring: { type: 'object', properties: { days: { type: 'integer', minimum: 1, default: 90 } } },
  response: { 200: { description: 'The days, oldest first', ...answer }, '4xx': errorSchema },
};

const martSchema = {
  summary: `Rows of a mart, in the order of its first column: at most ${martRowsMost}, read-only`,
  tags,
  params: {
    type: 'object',
    properties: { name: { type: 'string' }, mart: { type: 'string' } },
    required: ['name', 'mart'],
  },
};
