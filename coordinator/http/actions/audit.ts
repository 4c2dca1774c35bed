/** `/api/actions`: who did what, newest first. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { actionsBefore } from '../../../ledger/actions.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';
import { newestFirst, newestFirstProperties, nextOf, nextProperty } from './newest-first.ts';

export function actionRoutes(app: FastifyInstance, pool: pg.Pool): void {
  app.get('/api/actions', { schema, config: { role: 'operate' } }, async (request) => {
    const { before = null, limit } = parse(newestFirst, request.query);
    const actions = await actionsBefore(pool, { before, limit });
    return { actions, next: nextOf(actions, limit, ({ actionId }) => actionId) };
  });
}

const schema = {
  summary: 'Who did what: actions over HTTP and from the command line, newest first',
  tags: ['server'],
  querystring: {
    type: 'object',
    properties: newestFirstProperties('actions'),
  },
  response: {
    200: {
      description: 'The actions',
      type: 'object',
      properties: {
        actions: { type: 'array', items: { type: 'object', additionalProperties: true } },
        next: nextProperty,
      },
    },
    '4xx': errorSchema,
  },
};
