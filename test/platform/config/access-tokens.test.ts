import { describe, expect, it } from 'vitest';
import { tokensSchema } from '../../../platform/config/access-tokens.ts';

describe('tokens with names and roles', () => {
  it.each([
    ['ann', 'name:role:token'],
    ['ann:owner:abc', 'view, operate, admin'],
    ['ann:view:', 'visible ASCII'],
    ['a b:view:abc', 'names of letters'],
    ['ann:view:a,ann:admin:b', 'each name once'],
    ['ann:view:a,bob:admin:a', 'each token once'],
    [7, 'name:role:token'],
  ])('%j is a mistake: %s', (value, message) => {
    const { error } = tokensSchema.safeParse(value);
    expect(error?.issues.map((issue) => issue.message).join('; ')).toContain(message);
  });

  it('may be a list, as in landfall.config.ts', () => {
    const tokens = [{ name: 'ann', role: 'admin', token: 'a,b' }];
    expect(tokensSchema.parse(tokens)).toEqual(tokens);
  });
});
