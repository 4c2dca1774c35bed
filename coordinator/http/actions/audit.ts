/** `/api/actions`: who did what, newest first. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import { actionsBefore } from '../../../ledger/actions.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';

const query = z.strictObject({
  token: z.string().optional(),
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

export function actionRoutes(app: FastifyInstance, pool: pg.Pool): void {
  app.get('/api/actions', { schema, config: { role: 'operate' } }, async (request) => {
    const { before = null, limit } = parse(query, request.query);
    const actions = await actionsBefore(pool, { before, limit });
    return { actions, next: actions.length === limit ? (actions.at(-1)?.actionId ?? null) : null };
  });
}

const schema = {
  summary: 'Who did what: actions over HTTP and from the command line, newest first',
  tags: ['server'],
  querystring: {
    type: 'object',
    properties: {
      before: { type: 'integer', description: 'Only older actions: `next` of the answer before' },
      limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    },
  },
  response: {
    200: {
      description: 'The actions',
      type: 'object',
      properties: {
        actions: { type: 'array', items: { type: 'object', additionalProperties: true } },
        next: { type: ['integer', 'null'], description: '`before` of the next page; null: this is the last' },
      },
    },
    '4xx': errorSchema,
  },
};
