/** Pages of what has numbers, newest first: `before` is the number at which the page before has ended. */
import { z } from 'zod';

export const newestFirst = z.strictObject({
  token: z.string().optional(),
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

/** The same for OpenAPI. `what`: in words, several. */
export function newestFirstProperties(what: string) {
  return {
    before: { type: 'integer', description: `Only older ${what}: \`next\` of the answer before` },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  } as const;
}

/** `before` of the next page; null: there is none. */
export function nextOf<T>(page: readonly T[], limit: number, numberOf: (one: T) => number): number | null {
  return page.length === limit ? numberOf(page[limit - 1]) : null;
}

export const nextProperty = {
  type: ['integer', 'null'],
  description: '`before` of the next page; null: this is the last',
} as const;
