/** `/api/attention`: what needs a person, and what has been dismissed, by whom. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import { dismiss, dismissals, failedFiles, restore } from '../../../ledger/actions.ts';
import { endpointReports } from '../../../ledger/tables/deliveries.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import {
  type Attention,
  attentionOf,
  failedAttention,
  webhookAttention,
} from '../../../platform/progress/attention.ts';
import type { Hub } from '../../progress/hub.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';
import { operates } from './file-routes.ts';
import { recorded } from './record.ts';

/** Failed files that are listed: the newest. */
const failedMost = 500;

const notice = z.strictObject({ kind: z.string().max(20), key: z.string().min(1).max(1000) });

export interface AttentionTools {
  readonly pool: pg.Pool;
  readonly hub: Pick<Hub, 'snapshot'>;
}

export function attentionRoutes(app: FastifyInstance, { pool, hub }: AttentionTools): void {
  const notices = async (): Promise<Attention[]> => {
    const failed = (await failedFiles(pool, failedMost)).map((file) => {
      return failedAttention({ ...file, finishedAt: file.finishedAt?.toISOString() ?? null });
    });
    const reports = await endpointReports(pool);
    const webhooks = reports.flatMap((report) => webhookAttention(report, Date.now()) ?? []);
    return [...attentionOf(hub.snapshot().state), ...failed, ...webhooks];
  };
  const noticeOf = async (request: FastifyRequest) => {
    const { kind, key } = parse(notice, request.body);
    const found = (await notices()).find((one) => one.kind === kind && one.key === key);
    if (found === undefined) throw new LandfallError('LF_ATTENTION_UNKNOWN', { kind, key });
    return found;
  };

  app.get('/api/attention', { schema: listSchema }, async () => {
    const known = new Map((await dismissals(pool)).map((one) => [`${one.kind} ${one.key}`, one]));
    const attention = (await notices()).map((one) => {
      const dismissal = known.get(`${one.kind} ${one.key}`);
      const holds = dismissal?.occurrence === one.occurrence;
      return { ...one, dismissed: holds ? { at: dismissal.at, by: dismissal.by } : null };
    });
    return { attention };
  });

  app.post('/api/attention/dismiss', { ...operates, schema: dismissSchema }, async (request) => {
    const found = await noticeOf(request);
    const { kind, key, occurrence } = found;
    const about = { what: 'dismiss', target: `${kind} ${key}`, details: { occurrence } };
    await recorded(pool, request, about, () => dismiss(pool, found, request.who.name));
    return { kind, key, dismissed: true };
  });

  app.post('/api/attention/restore', { ...operates, schema: restoreSchema }, async (request) => {
    const found = await noticeOf(request);
    const { kind, key } = found;
    const about = { what: 'restore', target: `${kind} ${key}`, details: null };
    await recorded(pool, request, about, () => restore(pool, found));
    return { kind, key, dismissed: false };
  });
}

const tags = ['attention'];
const body = {
  type: 'object',
  required: ['kind', 'key'],
  properties: { kind: { type: 'string' }, key: { type: 'string' } },
} as const;
const answer = {
  200: { description: 'Whether it is dismissed now', type: 'object', additionalProperties: true },
  '4xx': errorSchema,
} as const;

const listSchema = {
  summary: 'What needs a person: each with its reason, and whether it is dismissed',
  tags,
  response: {
    200: {
      description: 'The notices',
      type: 'object',
      properties: { attention: { type: 'array', items: { type: 'object', additionalProperties: true } } },
    },
  },
};
const dismissSchema = {
  summary: 'Dismisses a notice; another occurrence of the same fault is shown again',
  tags,
  body,
  response: answer,
};
const restoreSchema = { summary: 'Shows a notice again that was dismissed', tags, body, response: answer };
