/** `/api/datasets`: the current definitions, and the answers to their named queries. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import type { CompiledDataset, CompiledQuery } from '../../../model/compiled.ts';
import type { Registry } from '../../../model/registry.ts';
import { errorSchema, notFound } from '../answers.ts';
import { parse } from '../parse.ts';
import { urlOf } from '../url-of.ts';
import { datasetDetailRoutes } from './dataset-routes.ts';
import { createQueryRunner, maxRows, type QueryFormat, readParameters } from './named-query.ts';

const queryParams = z.strictObject({ name: z.string(), query: z.string() });

export function datasetRoutes(app: FastifyInstance, registry: Registry, pool: pg.Pool): void {
  const { run, write } = createQueryRunner(pool);

  app.get('/api/datasets', { schema: listSchema }, () => ({ datasets: registry.all().map(describe) }));

  datasetDetailRoutes(app, { registry, pool, ask: run });

  app.get('/api/datasets/:name/queries/:query', { schema: querySchema }, async (request, reply) => {
    const { name, query: asked } = parse(queryParams, request.params);
    const { query: queryName, format } = formatOf(asked, request.headers.accept);
    const query = registry.get(name)?.queries.find((one) => one.name === queryName);
    if (!query) throw notFound(`/api/datasets/${name}/queries/${queryName}`);
    const values = readParameters(query, urlOf(request.url).searchParams);
    reply.header('vary', 'accept').type(contentTypes[format]);
    if (format !== 'json') {
      const { body, truncated } = await write(name, query, values, format);
      reply.header('landfall-truncated', String(truncated));
      return unlessKnown(request, reply, body);
    }
    const answer = await run(name, query, values);
    const parameters = Object.fromEntries(
      query.parameters.map((parameter, i) => [parameter.name, values[i]]),
    );
    const head = {
      dataset: name,
      query: queryName,
      parameters,
      rowCount: answer.rowCount,
      truncated: answer.truncated,
    };
    // The rows are already JSON, written by Postgres with all digits of their numbers.
    return unlessKnown(request, reply, `${JSON.stringify(head).slice(0, -1)},"rows":${answer.rowsJson}}`);
  });
}

/** Formats of answers: `.csv` at the end of the address, or a type of `Accept`. */
const contentTypes: Readonly<Record<'json' | QueryFormat, string>> = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  arrow: 'application/vnd.apache.arrow.file',
};

const formats = Object.keys(contentTypes) as (keyof typeof contentTypes)[];

function formatOf(asked: string, accept = '') {
  const ended = formats.find((format) => asked.endsWith(`.${format}`));
  if (ended !== undefined) return { query: asked.slice(0, -ended.length - 1), format: ended };
  const types = accept.split(',').map((type) => type.split(';')[0].trim());
  const named = types.flatMap((type) => formats.filter((one) => contentTypes[one].split(';')[0] === type));
  return { query: asked, format: named[0] ?? 'json' };
}

/** The body; or 304, if whoever asks has it. It is computed in any case, but not sent again. */
function unlessKnown(request: FastifyRequest, reply: FastifyReply, body: string | Buffer) {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  const known = (request.headers['if-none-match'] ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''));
  if (!known.includes(etag)) return reply.send(body);
  return reply.code(304).send();
}

function describe(dataset: CompiledDataset) {
  return {
    name: dataset.name,
    description: dataset.description,
    version: dataset.version,
    columns: dataset.columns.map(({ name, logical, required, optional, headers }) => ({
      name,
      ...logical,
      required,
      optional,
      headers,
    })),
    computed: dataset.enrichments.map(({ name, logical }) => ({ name, ...logical })),
    partitionBy: dataset.lake.partitionBy.map(({ name }) => name),
    fact: dataset.star && `${dataset.star.schema}.${dataset.star.fact}`,
    dimensions: (dataset.star?.dimensions ?? []).map(({ kind, table, key }) => ({ kind, table, key })),
    marts: dataset.marts.map(({ name, kind }) => ({ name, kind })),
    queries: dataset.queries.map(({ name, description, parameters }) => ({
      name,
      description,
      parameters,
      path: `/api/datasets/${dataset.name}/queries/${name}`,
    })),
  };
}

const listSchema = {
  summary: 'Datasets: columns, star, marts and named queries',
  tags: ['datasets'],
  response: { 200: { description: 'The datasets', type: 'object', additionalProperties: true } },
};

const querySchema = {
  summary: `Runs a named query: at most ${maxRows} rows, read-only`,
  tags: ['datasets'],
  params: { type: 'object', properties: { name: { type: 'string' }, query: { type: 'string' } } },
};

const jsonTypes: Readonly<Record<CompiledQuery['parameters'][number]['type'], object>> = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  float8: { type: 'number' },
  date: { type: 'string', format: 'date' },
  timestamp: { type: 'string', format: 'date-time' },
};

/** Paths of the OpenAPI document: one for each named query, with its own parameters. */
export function queryPaths(registry: Registry): Record<string, object> {
  const paths: Record<string, object> = {};
  for (const dataset of registry.all()) {
    for (const query of dataset.queries) {
      paths[`/api/datasets/${dataset.name}/queries/${query.name}`] = {
        get: {
          summary: query.description,
          tags: [dataset.name],
          parameters: query.parameters.map((parameter) => ({
            name: parameter.name,
            in: 'query',
            required: parameter.default === undefined,
            schema: {
              ...jsonTypes[parameter.type],
              ...(parameter.default !== undefined && { default: parameter.default }),
            },
          })),
          responses: {
            200: {
              description: `The rows, at most ${maxRows}: as one object each, or in the format that Accept names`,
              content: Object.fromEntries(
                Object.values(contentTypes).map((type) => [type.split(';')[0], {}]),
              ),
            },
            304: { description: 'The rows are those of If-None-Match' },
            400: {
              description: 'A parameter is not valid',
              content: { 'application/json': { schema: errorSchema } },
            },
          },
        },
      };
    }
  }
  return paths;
}
