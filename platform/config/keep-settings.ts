/** How settings say for how long something is kept. */
import { z } from 'zod';
import { ageMs, keepRules } from './keep.ts';

/** LANDFALL_KEEP */
export const keepSchema = z.string({ error: 'must be text' }).transform((text, context) => {
  const rules = keepRules(text);
  if (typeof rules !== 'string') return rules;
  context.addIssue({ code: 'custom', message: rules });
  return z.NEVER;
});

const expected = 'must be an age such as 12h or 8d, or 0';

/** In ms. */
export const ageSchema = z.string({ error: expected }).transform((text, context) => {
  const ms = text.trim() === '0' ? 0 : ageMs(text);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: expected });
  return z.NEVER;
});
