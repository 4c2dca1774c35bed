/** Cursors of pages: where a page ended, as a text that callers pass on as it is. */
import type { z } from 'zod';
import { LandfallError } from '../../../platform/errors/errors.ts';

export function toCursor(end: unknown): string {
  return Buffer.from(JSON.stringify(end)).toString('base64url');
}

/** What `toCursor` was given. Throws LF_HTTP_REQUEST for a text that it did not return for this schema. */
export function fromCursor<T extends z.ZodType>(schema: T, cursor: string): z.output<T> {
  const result = schema.safeParse(json(Buffer.from(cursor, 'base64url').toString()));
  if (result.success) return result.data;
  const mistakes = 'cursor: it is not a cursor that this list has returned as "next" for the same order';
  throw new LandfallError('LF_HTTP_REQUEST', { mistakes });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
