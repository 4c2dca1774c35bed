/** `GET /api/files/ID/lineage`: file → chunks → what each sink wrote, and the parts of the lake. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import type { Ledger, LedgerFile } from '../../../ledger/ledger.ts';
import { type ChunkLineage, chunkLineage } from '../../../ledger/reports/chunk-reports.ts';
import { linkedFiles } from '../../../ledger/tables/files.ts';
import type { LineageChunk, LineageFile, LineagePage } from '../../../platform/progress/lineage.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';
import { fileIdSchema, fileOfRequest } from './file-of-request.ts';

/** Chunks of a page where nobody says how many, and at most. */
const limits = { usual: 100, most: 1000 };

const query = z.strictObject({
  token: z.string().optional(),
  after: z.coerce.number().int().min(-1).max(2_147_483_647).default(-1),
  limit: z.coerce.number().int().min(1).max(limits.most).default(limits.usual),
});

/** How many events of each chunk are current and superseded; null for a file without events. */
export type EventsOfChunks = (
  file: LedgerFile,
  chunkIds: readonly number[],
) => Promise<ReadonlyMap<number, LineageChunk['events']> | null>;

export function fileLineageRoute(
  app: FastifyInstance,
  { ledger, pool, events }: { ledger: Ledger; pool: pg.Pool; events: EventsOfChunks },
): void {
  app.get('/api/files/:id/lineage', { schema: lineageSchema }, async (request): Promise<LineagePage> => {
    const { after, limit } = parse(query, request.query);
    const file = await fileOfRequest(ledger, request);
    // One more says whether there is another page.
    const found = await chunkLineage(pool, file.fileId, { after, most: limit + 1 });
    const chunks = found.slice(0, limit);
    const counted = await events(
      file,
      chunks.map((chunk) => chunk.chunk_id),
    );
    return {
      fileId: file.fileId,
      from: file.linkedTo === null ? null : await linkFrom(ledger, file),
      into: (await linkedFiles(pool, file.fileId)).map((other) => lineageFile(other, other.link)),
      related: await relatedFiles(ledger, file),
      chunks: chunks.map((chunk) => toLineage(chunk, counted?.get(chunk.chunk_id) ?? null)),
      next: found.length > limit ? (chunks.at(-1)?.number ?? null) : null,
    };
  });
}

async function linkFrom(ledger: Ledger, file: LedgerFile): Promise<LineageFile | null> {
  const other = await ledger.file(file.linkedTo!);
  return other && lineageFile(other, file.link);
}

/** The file whose records its rows are taken from, or those that take theirs from it. */
async function relatedFiles(ledger: Ledger, file: LedgerFile): Promise<LineageFile[]> {
  const family = await ledger.withChildren(file.parentId ?? file.fileId);
  return family.filter(({ fileId }) => fileId !== file.fileId).map((other) => lineageFile(other, null));
}

function lineageFile({ fileId, dataset, name, state }: LedgerFile, link: LedgerFile['link']): LineageFile {
  return { fileId, dataset, name, state, link };
}

function toLineage(chunk: ChunkLineage, events: LineageChunk['events']): LineageChunk {
  return {
    number: chunk.number,
    state: chunk.state,
    byteStart: chunk.byte_start,
    byteEnd: chunk.byte_end,
    lineStart: chunk.line_start,
    rows: {
      parsed: chunk.rows_parsed,
      loaded: chunk.rows_loaded,
      rejected: chunk.rows_rejected,
      deduplicated: chunk.rows_deduplicated,
    },
    sinks: Object.fromEntries(
      Object.entries(chunk.accounts).map(([sink, { rows, bytes }]) => [sink, { rows, bytes }]),
    ),
    parts: chunk.parts,
    events,
  };
}

const lineageSchema = {
  summary: 'Where the rows of a file went: chunks, what each sink wrote, parts, and related files',
  tags: ['files'],
  params: fileIdSchema,
  querystring: {
    type: 'object',
    properties: {
      after: { type: 'integer', description: '`next` of the page before: the number of a chunk' },
      limit: { type: 'integer', minimum: 1, maximum: limits.most, default: limits.usual },
    },
  },
  response: {
    200: { description: 'A page of chunks', type: 'object', additionalProperties: true },
    '4xx': errorSchema,
  },
} as const;
