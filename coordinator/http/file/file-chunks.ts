/** `GET /api/files/ID/chunks`: what has become of each chunk of a file. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { Ledger, LedgerFile } from '../../../ledger/ledger.ts';
import { type ChunkFate, chunkMap } from '../../../ledger/reports/chunk-reports.ts';
import type { ChunkMap } from '../../../platform/progress/chunk-map.ts';
import { errorSchema } from '../answers.ts';
import { fileIdSchema, fileOfRequest } from './file-of-request.ts';

export function fileChunksRoute(app: FastifyInstance, ledger: Ledger, pool: pg.Pool): void {
  app.get('/api/files/:id/chunks', { schema: chunksSchema }, async (request) => {
    const file = await fileOfRequest(ledger, request);
    return mapOf(file, await chunkMap(pool, file.fileId));
  });
}

function mapOf(file: LedgerFile, chunks: readonly ChunkFate[]): ChunkMap {
  const workers = new Map<string, number>();
  const numberOf = (name: string) => {
    const number = workers.get(name) ?? workers.size;
    workers.set(name, number);
    return number;
  };
  const since = file.startedAt ?? file.landedAt;
  const after = (at: Date | null) => at && at.getTime() - since.getTime();
  return {
    fileId: file.fileId,
    states: chunks.map(({ state }) => state[0]).join(''),
    bytes: chunks.map(({ bytes }) => bytes),
    rows: chunks.map(({ rows_parsed }) => rows_parsed),
    rejected: chunks.map(({ rows_rejected }) => rows_rejected),
    worker: chunks.map(({ worker }) => (worker === null ? -1 : numberOf(workerName(worker)))),
    attempts: chunks.map(({ attempts }) => attempts),
    lost: chunks.map(({ lost }) => lost),
    claimedMs: chunks.map((chunk) => after(chunk.claimed_at)),
    committedMs: chunks.map((chunk) => after(chunk.committed_at)),
    errors: Object.fromEntries(
      chunks.flatMap(({ number, error }) =>
        error ? [[number, { code: error.code, message: error.message }]] : [],
      ),
    ),
    since: since.toISOString(),
    at: new Date().toISOString(),
    workers: [...workers.keys()],
  };
}

/** A worker names each time that it holds chunks: `WORKER#7`. */
function workerName(holder: string): string {
  return holder.replace(/#\d+$/, '');
}

const chunksSchema = {
  summary: 'What has become of each chunk of a file: a list for each fact, in the order of their numbers',
  tags: ['files'],
  params: fileIdSchema,
  response: {
    200: { description: 'The chunks', type: 'object', additionalProperties: true },
    '4xx': errorSchema,
  },
} as const;
