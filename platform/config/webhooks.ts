/** Endpoints of webhooks: LANDFALL_WEBHOOKS. */
import { z } from 'zod';
import { type WebhookEndpoint, webhookEvents } from './webhook-endpoints.ts';

const endpointsMost = 16;
const forms = 'must be a list of endpoints, each {name, url, events, secret}, as JSON in the environment';

/** Standard Webhooks: 24 to 64 bytes. */
function isSecret(text: string): boolean {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = base64 === undefined ? 0 : Buffer.from(base64, 'base64').length;
  return bytes >= 24 && bytes <= 64;
}

const secrets = z
  .string({ error: 'must have secrets as text' })
  .transform((text) => text.trim().split(/\s+/))
  .refine((all) => all.every(isSecret), {
    error: 'must have secrets of whsec_ and 24 to 64 bytes as base64: `openssl rand -base64 32`',
  });

const events = z
  .union([z.literal('*').transform(() => [...webhookEvents]), z.array(z.enum(webhookEvents))], {
    error: `must have events of ${webhookEvents.join(', ')}, or '*' for all`,
  })
  .refine((all) => all.length > 0, { error: 'must have events, or be left out' })
  .transform((all) => [...new Set(all)]);

const endpoint = z
  .strictObject(
    {
      name: z.string({ error: 'must have names' }).regex(/^[a-z][a-z0-9_-]{0,31}$/, {
        error: 'must have names of at most 32 letters a-z, digits, - and _',
      }),
      url: z
        .string({ error: 'must have urls' })
        .refine((text) => /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''), {
          error: 'must have urls that begin with https:// or http://',
        })
        .refine((text) => !URL.canParse(text) || new URL(text).username === '', {
          error: 'must have urls without a user: receivers check the signature',
        }),
      events,
      format: z
        .enum(['standard', 'slack'], { error: 'must have formats: standard, slack' })
        .default('standard'),
      secret: secrets.optional(),
      rejectsOver: z
        .int({ error: 'must have whole numbers as rejectsOver' })
        .min(0, { error: 'must have whole numbers as rejectsOver' })
        .default(0),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? `must not have ${issue.keys.join(', ')}` : forms,
    },
  )
  .refine(({ format, secret }) => format === 'slack' || secret !== undefined, {
    error: 'must have a secret for each endpoint whose format is not slack',
  })
  .transform(({ secret = [], ...rest }): WebhookEndpoint => ({ ...rest, secrets: secret }));

/** A list, or its JSON. */
export const webhooksSchema = z
  .preprocess(fromJson, z.array(endpoint, { error: forms }))
  .refine((all) => all.length <= endpointsMost, { error: `must be at most ${endpointsMost} endpoints` })
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
    error: 'must have each name once',
  });

function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
