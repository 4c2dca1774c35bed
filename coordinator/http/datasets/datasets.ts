/** `/api/datasets`: the current definitions, and the answers to their named queries. */
import { createHash } from 'node:crypto';
import { PassThrough, type Writable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import type { CompiledDataset, CompiledQuery } from '../../../model/compiled.ts';
import type { Registry } from '../../../model/registry.ts';
import { errorSchema, notFound } from '../answers.ts';
import { parse } from '../parse.ts';
import { urlOf } from '../url-of.ts';
import { datasetDetailRoutes } from './dataset-routes.ts';
import {
  type Asked,
  createQueryRunner,
  type QueryFormat,
  type QueryRunner,
  readParameters,
} from './named-query.ts';
import { maxRows, readPage } from './query-pages.ts';

const queryParams = z.strictObject({ name: z.string(), query: z.string() });

export function datasetRoutes(app: FastifyInstance, registry: Registry, pool: pg.Pool): void {
  const { run, page: pageOf, whole } = createQueryRunner(pool);

  app.get('/api/datasets', { schema: listSchema }, () => ({ datasets: registry.all().map(describe) }));

  datasetDetailRoutes(app, { registry, pool, ask: run });

  app.get('/api/datasets/:name/queries/:query', { schema: querySchema }, async (request, reply) => {
    const { name, query: named } = parse(queryParams, request.params);
    const { query: queryName, format } = formatOf(named, request.headers.accept);
    const query = registry.get(name)?.queries.find((one) => one.name === queryName);
    if (!query) throw notFound(`/api/datasets/${name}/queries/${queryName}`);
    const search = urlOf(request.url).searchParams;
    const values = readParameters(query, search);
    const page = readPage(query, values, search);
    const asked = { dataset: name, query, values, page };
    reply.header('vary', 'accept').type(contentTypes[format]);
    if (format === 'json') return unlessKnown(request, reply, await jsonAnswer(run, asked));
    if (page === null) return sendAll(request, reply, (open) => whole(asked, format, open));
    const { body, next, changed } = await pageOf({ ...asked, page }, format);
    reply.header('landfall-changed', String(changed));
    if (next !== null) reply.header('link', `<${addressAfter(request.url, next)}>; rel="next"`);
    return unlessKnown(request, reply, body);
  });
}

async function jsonAnswer(run: QueryRunner['run'], asked: Asked): Promise<string> {
  const { dataset, query, values } = asked;
  const { rowsJson, rowCount, truncated, next, changed } = await run(asked);
  const parameters = Object.fromEntries(query.parameters.map(({ name }, i) => [name, values[i]]));
  const head = { dataset, query: query.name, parameters, rowCount, truncated };
  const paged = query.order === undefined ? head : { ...head, next, changed };
  // The rows are already JSON, written by Postgres with all digits of their numbers.
  return `${JSON.stringify(paged).slice(0, -1)},"rows":${rowsJson}}`;
}

/** The address of the next page, without the token that this one may have. */
function addressAfter(url: string, next: string): string {
  const { pathname, searchParams } = urlOf(url);
  searchParams.delete('token');
  searchParams.set('page.after', next);
  return `${pathname}?${searchParams}`;
}

/** The whole answer: with an ETag if it is short; else as a stream, which is cut where it fails. */
async function sendAll(
  request: FastifyRequest,
  reply: FastifyReply,
  send: (open: () => Writable) => Promise<Buffer | null>,
) {
  let stream: PassThrough | null = null;
  const open = () => {
    stream = new PassThrough();
    // Whoever fails destroys it; the reader sees that the answer is not whole.
    stream.on('error', () => undefined);
    reply.header('cache-control', 'private, no-store').send(stream);
    return stream;
  };
  const body = await send(open).catch((error) => {
    if (stream === null) throw error;
    request.log.warn({ err: error }, 'a whole answer was not sent to its end');
    return null;
  });
  return body === null ? reply : unlessKnown(request, reply, body);
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
  summary: `Runs a named query, read-only: as JSON at most ${maxRows} rows, in other formats all`,
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

const pageParameters = [
  { name: 'page.size', in: 'query', schema: { type: 'integer', minimum: 1, maximum: maxRows } },
  { name: 'page.after', in: 'query', description: '`next` of the page before', schema: { type: 'string' } },
];

/** Paths of the OpenAPI document: one for each named query, with its own parameters. */
export function queryPaths(registry: Registry): Record<string, object> {
  const paths: Record<string, object> = {};
  for (const dataset of registry.all()) {
    for (const query of dataset.queries) {
      paths[`/api/datasets/${dataset.name}/queries/${query.name}`] = {
        get: {
          summary: query.description,
          tags: [dataset.name],
          parameters: [
            ...query.parameters.map((parameter) => ({
              name: parameter.name,
              in: 'query',
              required: parameter.default === undefined,
              schema: {
                ...jsonTypes[parameter.type],
                ...(parameter.default !== undefined && { default: parameter.default }),
              },
            })),
            ...(query.order === undefined ? [] : pageParameters),
          ],
          responses: {
            200: {
              description: `The rows: as one object each, at most ${maxRows} of them, or all in the format that Accept names`,
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
