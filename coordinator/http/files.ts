/** `/api/files`: what the ledger says about files, their chunks and rejects. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Ledger, LedgerFile, LedgerFileState } from '../../ledger/ledger.ts';
import { unfinishedStates } from '../../ledger/states.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { errorSchema, notFound } from './answers.ts';
import { parse } from './parse.ts';

const states = [...unfinishedStates, ...(['done', 'failed', 'duplicate', 'undone'] as const)] as const;

const filesQuery = z.strictObject({
  token: z.string().optional(),
  dataset: z.string().optional(),
  state: z.enum(states satisfies readonly LedgerFileState[]).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
const fileParams = z.strictObject({ id: z.coerce.number().int().min(1).max(2_147_483_647) });
const rejectsQuery = z.strictObject({
  token: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
});

const idSchema = {
  type: 'object',
  properties: { id: { type: 'integer', description: 'fileId' } },
  required: ['id'],
};

/** What of a file is not stored, because it changes later. */
export interface Live {
  /** The receipt with what is not stored in it. */
  receipt(receipt: Receipt): Promise<Receipt>;
  /** How many of its events are current and superseded; null where it has none. */
  events(
    file: LedgerFile,
    chunkIds: readonly number[],
  ): Promise<{ readonly current: number; readonly superseded: number } | null>;
}

export function fileRoutes(app: FastifyInstance, ledger: Ledger, live: Live): void {
  app.get('/api/files', { schema: listSchema }, async (request) => {
    const { dataset, state, limit } = parse(filesQuery, request.query);
    const files = await ledger.files({ dataset, limit, ...(state && { states: [state] }) });
    const progress = await ledger.fileProgress(files.map((file) => file.fileId));
    return { files: progress.toReversed() };
  });

  app.get('/api/files/:id', { schema: fileSchema }, async (request) => {
    const file = await findFile(ledger, request.params, request.url);
    const [progress] = await ledger.fileProgress([file.fileId]);
    const chunks = await ledger.chunks(file.fileId);
    const { url, origin, contentHash, duplicateOf, definitionVersion, layout, receipt } = file;
    return {
      ...progress,
      url,
      origin,
      contentHash,
      duplicateOf,
      definitionVersion,
      layout,
      receipt: receipt && (await live.receipt(receipt)),
      events: await live.events(
        file,
        chunks.map(({ chunkId }) => chunkId),
      ),
      rejectsByCode: await ledger.rejectCounts(file.fileId),
      chunkList: chunks.map(
        ({ chunkId, number, byteStart, byteEnd, lineStart, state, worker, rows, error, committedAt }) => ({
          chunkId,
          number,
          byteStart,
          byteEnd,
          lineStart,
          state,
          worker,
          rows,
          error,
          committedAt,
        }),
      ),
    };
  });

  app.get('/api/files/:id/rejects', { schema: rejectsSchema }, async (request) => {
    const { limit } = parse(rejectsQuery, request.query);
    const file = await findFile(ledger, request.params, request.url);
    const rejects = await ledger.rejects(file.fileId, { limit });
    return { fileId: file.fileId, dataset: file.dataset, name: file.name, rejects };
  });
}

async function findFile(ledger: Ledger, params: unknown, path: string): Promise<LedgerFile> {
  const file = await ledger.file(parse(fileParams, params).id);
  if (!file) throw notFound(path);
  return file;
}

const listSchema = {
  summary: 'Files, newest first',
  tags: ['files'],
  querystring: {
    type: 'object',
    properties: {
      dataset: { type: 'string' },
      state: { type: 'string', enum: states },
      limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    },
  },
  response: {
    200: {
      description: 'Each file as in docs/progress.md',
      type: 'object',
      additionalProperties: true,
      properties: { files: { type: 'array', items: { type: 'object', additionalProperties: true } } },
    },
    '4xx': errorSchema,
  },
};

const fileSchema = {
  summary: 'One file: progress, layout, chunks, receipt, events that are current now',
  tags: ['files'],
  params: idSchema,
  response: {
    200: { description: 'The file', type: 'object', additionalProperties: true },
    '4xx': errorSchema,
  },
};

const rejectsSchema = {
  summary: 'Rejects of a file in the order of its bytes',
  tags: ['files'],
  params: idSchema,
  querystring: {
    type: 'object',
    properties: { limit: { type: 'integer', minimum: 1, maximum: 10_000, default: 100 } },
  },
  response: {
    200: { description: 'The rejects', type: 'object', additionalProperties: true },
    '4xx': errorSchema,
  },
};
