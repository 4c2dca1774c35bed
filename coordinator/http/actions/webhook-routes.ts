/** `/api/webhooks`: endpoints, what they were told, and a way to tell it again. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import {
  deliveriesLike,
  deliveryNumbered,
  deliveryStates,
  endpointReports,
  replayDelivery,
} from '../../../ledger/tables/deliveries.ts';
import {
  endpointNamed,
  maskedAddress,
  type WebhookEndpoint,
} from '../../../platform/config/webhook-endpoints.ts';
import type { Webhooks } from '../../webhooks/tell-endpoints.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';
import { operates } from './file-routes.ts';
import { newestFirst, newestFirstProperties, nextOf, nextProperty } from './newest-first.ts';
import { recorded } from './record.ts';

export interface WebhookTools {
  readonly pool: pg.Pool;
  readonly endpoints: readonly WebhookEndpoint[];
  readonly webhooks: Pick<Webhooks, 'wake'>;
}

const query = newestFirst.extend({
  endpoint: z.string().max(32).optional(),
  state: z.enum(deliveryStates).optional(),
});
const params = z.strictObject({ id: z.string() });

export function webhookRoutes(app: FastifyInstance, { pool, endpoints, webhooks }: WebhookTools): void {
  app.get('/api/webhooks', { schema: endpointsSchema }, async () => {
    const reports = new Map((await endpointReports(pool)).map((report) => [report.endpoint, report]));
    const listed = endpoints.map((endpoint) => {
      const { name, events, format, rejectsOver } = endpoint;
      const { waiting = 0, failed = 0, failingSince = null, answer = null } = reports.get(name) ?? {};
      const address = maskedAddress(endpoint);
      return { name, address, events, format, rejectsOver, waiting, failed, failingSince, answer };
    });
    return { endpoints: listed };
  });

  app.get('/api/webhooks/deliveries', { schema: deliveriesSchema }, async (request) => {
    const { endpoint, state, before, limit } = parse(query, request.query);
    const states = state === undefined ? deliveryStates : [state];
    const deliveries = await deliveriesLike(pool, { endpoint, states, before, limit });
    return { deliveries, next: nextOf(deliveries, limit, ({ deliveryId }) => deliveryId) };
  });

  app.post(
    '/api/webhooks/deliveries/:id/replay',
    { ...operates, schema: replaySchema },
    async (request, reply) => {
      const { id } = parse(params, request.params);
      const { deliveryId, endpoint, event, subject } = await deliveryNumbered(pool, id);
      endpointNamed(endpoints, endpoint);
      const about = { what: 'webhook', target: `${endpoint} ${event}`, details: { deliveryId, subject } };
      await recorded(pool, request, about, () => replayDelivery(pool, deliveryId));
      webhooks.wake(endpoint);
      reply.code(202);
      return { deliveryId };
    },
  );
}

const tags = ['webhooks'];
const list = { type: 'array', items: { type: 'object', additionalProperties: true } } as const;

const endpointsSchema = {
  summary: 'The endpoints of webhooks, and what they have not been told',
  tags,
  response: { 200: { description: 'The endpoints', type: 'object', properties: { endpoints: list } } },
};
const deliveriesSchema = {
  summary: 'What endpoints were told, newest first',
  tags,
  querystring: {
    type: 'object',
    properties: {
      endpoint: { type: 'string' },
      state: { type: 'string', enum: deliveryStates },
      ...newestFirstProperties('deliveries'),
    },
  },
  response: {
    200: {
      description: 'The deliveries',
      type: 'object',
      properties: {
        deliveries: list,
        next: nextProperty,
      },
    },
    '4xx': errorSchema,
  },
};
const replaySchema = {
  summary: 'Tells an endpoint again; it knows what it is told by the same webhook-id',
  tags,
  params: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
  response: {
    202: { description: 'It is sent', type: 'object', additionalProperties: true },
    '4xx': errorSchema,
  },
};
