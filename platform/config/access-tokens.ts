/** Tokens with names and roles: LANDFALL_TOKENS. */
import { z } from 'zod';
import { roles } from './token-roles.ts';

export { type AccessToken, type Role, roles } from './token-roles.ts';

const forms = 'must be tokens as name:role:token, separated by commas';

export const tokenSchema = z.string({ error: 'must be text' }).regex(/^[\x21-\x7e]+$/, {
  error: 'must be visible ASCII characters without spaces',
});

const entry = z.strictObject(
  {
    name: z
      .string({ error: forms })
      .regex(/^[\w.@-]{1,64}$/, { error: 'must have names of letters, digits and . @ - _' }),
    role: z.enum(roles, { error: `must have roles: ${roles.join(', ')}` }),
    token: tokenSchema,
  },
  { error: forms },
);

/** A text `ann:operate:TOKEN,wall:view:TOKEN`, or a list of `{name, role, token}`. A token may contain colons. */
export const tokensSchema = z
  .preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map(entryOf) : value),
    z.array(entry, { error: forms }),
  )
  .refine((tokens) => new Set(tokens.map(({ name }) => name)).size === tokens.length, {
    error: 'must have each name once',
  })
  .refine((tokens) => new Set(tokens.map(({ token }) => token)).size === tokens.length, {
    error: 'must have each token once',
  });

function entryOf(text: string): unknown {
  const [name, role, ...token] = text.trim().split(':');
  return token.length === 0 ? text : { name, role, token: token.join(':') };
}
