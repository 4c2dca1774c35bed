/** Checks requests with zod, and names every mistake in one error. */
import type { z } from 'zod';
import { LandfallError } from '../../platform/errors/errors.ts';

/** The parsed value. Throws LF_HTTP_REQUEST, which names each part that is not valid. */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const mistakes = result.error.issues.map((issue) =>
    [issue.path.join('.'), issue.message].filter(Boolean).join(': '),
  );
  throw new LandfallError('LF_HTTP_REQUEST', { mistakes: mistakes.join('; ') });
}
