/** `GET /api/files`: all files that there have been, filtered, in an order, a page at a time. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import type { LedgerFileState } from '../../../ledger/ledger.ts';
import { type FileOrder, filePage } from '../../../ledger/reports/file-pages.ts';
import { unfinishedStates } from '../../../ledger/states.ts';
import { fileProgress } from '../../../ledger/tables/progress.ts';
import type { FileProgress } from '../../../platform/progress/progress.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';
import { fromCursor, toCursor } from './cursor.ts';

const states = [...unfinishedStates, ...(['done', 'failed', 'duplicate', 'undone'] as const)] as const;
const orders = ['landed', 'name', 'bytes', 'rows', 'rejected'] as const satisfies readonly FileOrder[];
/** An order, and with a minus its reverse: that is, the newest, largest or most first. */
const sorts = orders.flatMap((order) => [order, `-${order}` as const]);

/** One value or several, joined by commas or given again. */
const several = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((text) => text.split(',')));

/** An instant, or a day, which begins at midnight in UTC. */
const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'must be a date, 2026-11-30, or a time with its zone, 2026-11-30T10:00:00Z',
  })
  .transform((text) => new Date(text));

const listQuery = z.strictObject({
  token: z.string().optional(),
  dataset: z.string().optional(),
  state: several.pipe(z.array(z.enum(states satisfies readonly LedgerFileState[]))).optional(),
  q: z.string().max(1000).optional(),
  from: instant.optional(),
  to: instant.optional(),
  rejected: z.enum(['true', 'false']).optional(),
  sort: z.enum(sorts).default('-landed'),
  cursor: z.string().max(10_000).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

/** What the ledger has made of what a file is sorted by. */
const keyOf = (order: FileOrder) =>
  order === 'name'
    ? z
        .string()
        .max(4096)
        .regex(/^[^\0]*$/)
    : z.string().regex(/^-?\d{1,18}$/);

export function fileListRoute(app: FastifyInstance, pool: pg.Pool): void {
  app.get('/api/files', { schema: listSchema }, async (request) => {
    const { state, q, sort, cursor, limit, ...query } = parse(listQuery, request.query);
    const order = sort.replace('-', '') as FileOrder;
    const end = z.tuple([z.literal(sort), keyOf(order), z.int().min(1).max(2_147_483_647)]);
    const [, key, fileId] = cursor === undefined ? [] : fromCursor(end, cursor);
    const page = await filePage(pool, {
      dataset: query.dataset,
      states: state,
      named: q || undefined,
      landedFrom: query.from,
      landedTo: query.to,
      withRejects: query.rejected === 'true',
      order,
      descending: sort.startsWith('-'),
      ...(key !== undefined && fileId !== undefined && { after: { key, fileId } }),
      // One more says whether there is another page.
      limit: limit + 1,
    });
    const listed = page.slice(0, limit);
    const last = listed.at(-1);
    const more = page.length > limit && last !== undefined;
    return {
      files: await progressOf(
        pool,
        listed.map((one) => one.fileId),
      ),
      next: more ? toCursor([sort, last.key, last.fileId]) : null,
    };
  });
}

/** In the order of the numbers. */
async function progressOf(pool: pg.Pool, fileIds: readonly number[]): Promise<FileProgress[]> {
  const found = new Map((await fileProgress(pool, fileIds)).map((file) => [file.fileId, file]));
  return fileIds.flatMap((fileId) => found.get(fileId) ?? []);
}

const listSchema = {
  summary: 'Files that match, newest first or in another order, a page at a time',
  tags: ['files'],
  querystring: {
    type: 'object',
    properties: {
      dataset: { type: 'string' },
      state: { type: 'string', description: `Several are joined by commas: ${states.join(', ')}` },
      q: { type: 'string', description: 'A part of the name, in letters of any case' },
      from: { type: 'string', description: 'Landed then or later: a time with its zone, or a day in UTC' },
      to: { type: 'string', description: 'Landed before' },
      rejected: {
        type: 'string',
        enum: ['true', 'false'],
        description: 'true: only files with rejected rows',
      },
      sort: {
        type: 'string',
        enum: sorts,
        default: '-landed',
        description:
          'With a minus the newest, largest or most first. Rows and rejects of files that have not ended count as 0',
      },
      cursor: { type: 'string', description: '`next` of the page before, with the same sort and filters' },
      limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    },
  },
  response: {
    200: {
      description: 'Each file as in docs/progress.md; `next` is null on the last page',
      type: 'object',
      additionalProperties: true,
      properties: {
        files: { type: 'array', items: { type: 'object', additionalProperties: true } },
        next: { type: 'string', nullable: true },
      },
    },
    '4xx': errorSchema,
  },
} as const;
