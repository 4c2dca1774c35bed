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
import { maskedAddress, type WebhookEndpoint } from '../../../platform/config/webhook-endpoints.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import type { Webhooks } from '../../webhooks/tell-endpoints.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';
import { operates } from './file-routes.ts';
import { recorded } from './record.ts';

export interface WebhookTools {
  readonly pool: pg.Pool;
  readonly endpoints: readonly WebhookEndpoint[];
  readonly webhooks: Pick<Webhooks, 'wake'>;
}

const query = z.strictObject({
  token: z.string().optional(),
  endpoint: z.string().max(32).optional(),
  state: z.enum(deliveryStates).optional(),
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
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
    return { deliveries, next: deliveries.length === limit ? deliveries[limit - 1].deliveryId : null };
  });

  app.post(
    '/api/webhooks/deliveries/:id/replay',
    { ...operates, schema: replaySchema },
    async (request, reply) => {
      const { id } = parse(params, request.params);
      const { deliveryId, endpoint, event, subject } = await deliveryNumbered(pool, id);
      if (!endpoints.some(({ name }) => name === endpoint)) {
        const known = endpoints.map(({ name }) => name).join(', ') || 'none';
        throw new LandfallError('LF_WEBHOOK_UNKNOWN', { name: endpoint, known });
      }
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
      before: { type: 'integer', description: 'Only older deliveries: `next` of the answer before' },
      limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    },
  },
  response: {
    200: {
      description: 'The deliveries',
      type: 'object',
      properties: {
        deliveries: list,
        next: { type: ['integer', 'null'], description: '`before` of the next page; null: this is the last' },
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
