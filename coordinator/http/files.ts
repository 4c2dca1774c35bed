/** `/api/files`: what the ledger says about files, their chunks and rejects. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import type { Ledger, LedgerChunk, LedgerFile } from '../../ledger/ledger.ts';
import type { Registry } from '../../model/registry.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { errorSchema } from './answers.ts';
import { fileChunksRoute } from './file/file-chunks.ts';
import { type EventsOfChunks, fileLineageRoute } from './file/file-lineage.ts';
import { fileListRoute } from './file/file-list.ts';
import { fileIdSchema, fileOfRequest } from './file/file-of-request.ts';
import { fileRejectsRoute } from './file/file-rejects.ts';
import { parse } from './parse.ts';

/** Members of a file that take long where it is large. */
const large = ['chunks', 'events'] as const;

const fileQuery = z.strictObject({
  token: z.string().optional(),
  without: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(large)))
    .default([]),
});

/** What of a file is not stored, because it changes later. */
export interface Live {
  /** The receipt with what is not stored in it. */
  receipt(receipt: Receipt): Promise<Receipt>;
  /** How many of its events are current and superseded; null where it has none. */
  events(
    file: LedgerFile,
    chunkIds: readonly number[],
  ): Promise<{ readonly current: number; readonly superseded: number } | null>;
  /** The same for each of some of its chunks. */
  eventsOfChunks: EventsOfChunks;
}

export interface FileTools {
  readonly ledger: Ledger;
  readonly pool: pg.Pool;
  readonly registry: Registry;
}

export function fileRoutes(app: FastifyInstance, tools: FileTools, live: Live): void {
  const { ledger, pool } = tools;
  fileListRoute(app, pool);
  fileChunksRoute(app, ledger, pool);
  fileRejectsRoute(app, tools);
  fileLineageRoute(app, { ledger, pool, events: live.eventsOfChunks });

  app.get('/api/files/:id', { schema: fileSchema }, async (request) => {
    const { without } = parse(fileQuery, request.query);
    const file = await fileOfRequest(ledger, request);
    const [progress] = await ledger.fileProgress([file.fileId]);
    const isWhole = !large.every((member) => without.includes(member));
    const chunks = isWhole ? await ledger.chunks(file.fileId) : [];
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
      ...(!without.includes('events') && {
        events: await live.events(
          file,
          chunks.map(({ chunkId }) => chunkId),
        ),
      }),
      rejectsByCode: await ledger.rejectCounts(file.fileId),
      ...(!without.includes('chunks') && { chunkList: chunks.map(listed) }),
    };
  });
}

function listed(chunk: LedgerChunk) {
  const { chunkId, number, byteStart, byteEnd, lineStart, state, worker, rows, error, committedAt } = chunk;
  return { chunkId, number, byteStart, byteEnd, lineStart, state, worker, rows, error, committedAt };
}

const fileSchema = {
  summary: 'One file: progress, layout, chunks, receipt, events that are current now',
  tags: ['files'],
  params: fileIdSchema,
  querystring: {
    type: 'object',
    properties: {
      without: { type: 'string', description: `What is left out, joined by commas: ${large.join(', ')}` },
    },
  },
  response: {
    200: { description: 'The file', type: 'object', additionalProperties: true },
    '4xx': errorSchema,
  },
} as const;
