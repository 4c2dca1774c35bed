/** Checks requests with zod, and names every mistake in one error. */
import type { z } from 'zod';
import { LandfallError } from '../../platform/errors/errors.ts';

/** The parsed value. Throws LF_HTTP_REQUEST, which names each part that is not valid. */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value, { error: inWords });
  const mistakes = (result.error?.issues ?? []).map((issue) =>
    [issue.path.join('.'), issue.message].filter(Boolean).join(' '),
  );
  mistakes.push(...nulMembers(value).map((name) => `${name} must not contain a NUL character`));
  if (result.success && mistakes.length === 0) return result.data;
  throw new LandfallError('LF_HTTP_REQUEST', { mistakes: mistakes.join('; ') });
}

/** Members with a NUL character (U+0000), which no text of PostgreSQL has. */
function nulMembers(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).filter((name) => hasNul((value as Record<string, unknown>)[name]));
}

function hasNul(value: unknown): boolean {
  return typeof value === 'string' ? value.includes('\0') : nulMembers(value).length > 0;
}

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object of JSON',
  string: 'a text',
};

/** What zod finds, as a sentence after the name of the part. Undefined: zod's own words. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `is missing: it must be ${kindOf(issue.expected)}`;
      return `must be ${kindOf(issue.expected)}`;
    case 'too_small':
      if (issue.origin === 'string') return 'must not be empty';
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `must have at most ${issue.maximum} characters`;
      return `must be at most ${issue.maximum}`;
    case 'invalid_value':
      return `must be ${issue.values.join(', ').replace(/, ([^,]*)$/, ' or $1')}`;
    case 'unrecognized_keys':
      return `this address has no ${issue.keys.join(' and no ')}`;
    default:
      return undefined;
  }
}

function kindOf(expected: string): string {
  return kinds[expected] ?? expected;
}
