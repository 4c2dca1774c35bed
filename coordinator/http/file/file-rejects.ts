/** `GET /api/files/ID/rejects`: rejects of a file, by code and column, a page at a time. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import { definitionOf } from '../../../ledger/definition.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { rejectPage, rejectSums } from '../../../ledger/reports/reject-pages.ts';
import type { Registry } from '../../../model/registry.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { fileIdSchema, fileOfRequest } from './file-of-request.ts';
import { markFields } from './reject-marks.ts';

const query = z.strictObject({
  token: z.string().optional(),
  code: z.string().max(100).optional(),
  column: z.string().max(1000).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
});

const pageEnd = z.tuple([z.int().min(0), z.int().min(0)]);

export function fileRejectsRoute(
  app: FastifyInstance,
  { ledger, pool, registry }: { ledger: Ledger; pool: pg.Pool; registry: Registry },
): void {
  app.get('/api/files/:id/rejects', { schema: rejectsSchema }, async (request) => {
    const { code, column, cursor, limit } = parse(query, request.query);
    const [byteOffset, rejectId] = cursor === undefined ? [] : fromCursor(pageEnd, cursor);
    const after = byteOffset !== undefined && rejectId !== undefined ? { byteOffset, rejectId } : undefined;
    const file = await fileOfRequest(ledger, request);
    const { fileId, dataset, name, layout } = file;
    // One more says whether there is another page.
    const found = await rejectPage(pool, fileId, { code, column, after, limit: limit + 1 });
    const rejects = found.slice(0, limit);
    const last = rejects.at(-1);
    const mark = last && markFields(layout, await definitionOf(pool, registry, file));
    return {
      ...{ fileId, dataset, name },
      kinds: await rejectSums(pool, fileId),
      rejects: rejects.map((reject) => ({ ...reject, marks: mark?.(reject) ?? [] })),
      next: found.length > limit && last ? toCursor([last.byteOffset, last.rejectId]) : null,
    };
  });
}

const rejectsSchema = {
  summary:
    'Rejects of a file in the order of its bytes, a page at a time, and how many there are of each kind',
  tags: ['files'],
  params: fileIdSchema,
  querystring: {
    type: 'object',
    properties: {
      code: { type: 'string', description: 'Only rejects with this code' },
      column: { type: 'string', description: 'Only those of this column; empty: those without one' },
      cursor: { type: 'string', description: '`next` of the page before, with the same filters' },
      limit: { type: 'integer', minimum: 1, maximum: 10_000, default: 100 },
    },
  },
  response: {
    200: { description: 'The rejects', type: 'object', additionalProperties: true },
    '4xx': errorSchema,
  },
} as const;
