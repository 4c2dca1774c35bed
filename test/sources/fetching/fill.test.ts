import { describe, expect, it } from 'vitest';
import { fillFor, missingVariables } from '../../../sources/fetching/fill.ts';

const source = { name: 'api', env: ['KEY', 'TOKEN'], schedule: null };
const window = { from: '2026-03-28T23:00:00.000Z', to: '2026-03-29T22:00:00.000Z' };
const env = { TOKEN: 's3cret/+', KEY: 'p"q r&s', SHORT: 'a' };
const filled = (template: string, encode?: (value: string) => string) =>
  fillFor('sales', source, window, env).fill(template, encode);

describe('a template', () => {
  it.each([
    ['{from}…{to}', '2026-03-28T23:00:00Z…2026-03-29T22:00:00Z'],
    ['{from:seconds} {to:ms}', '1774738800 1774821600000'],
    ['{from:date} {to:date}', '2026-03-28 2026-03-29'],
    ['Bearer {env:TOKEN}', 'Bearer s3cret/+'],
    ['{other} {env:} {', '{other} {env:} {'],
  ])('%s is filled in', (template, text) => {
    expect(filled(template)).toBe(text);
  });

  it('has dates of the zone of its schedule', () => {
    const zoned = {
      ...source,
      schedule: { ticks: { kind: 'cron', cron: '0 6 * * *', zone: 'Europe/Berlin' } } as never,
    };
    expect(fillFor('sales', zoned, window, env).fill('{from:date} {to:date}')).toBe('2026-03-29 2026-03-30');
  });

  it('has values that are encoded for their place, and is not filled in again', () => {
    expect(filled('?k={env:KEY}&from={from}', encodeURIComponent)).toBe(
      '?k=p%22q%20r%26s&from=2026-03-28T23%3A00%3A00Z',
    );
    const odd = { ...env, TOKEN: '{env:KEY}' };
    expect(fillFor('sales', source, window, odd).fill('{env:TOKEN}')).toBe('{env:KEY}');
  });

  it('needs its variables and its window', () => {
    expect(() => fillFor('sales', source, window, { TOKEN: '' })).toThrow(
      'The source api of sales needs KEY, TOKEN, which the environment does not have.',
    );
    expect(() => fillFor('sales', source, null, env).fill('{from}')).toThrow('needs a window');
    expect(missingVariables([source, { env: ['A', 'KEY'] }], { TOKEN: 'x' })).toEqual(['A', 'KEY']);
  });
});

describe('secrets', () => {
  it('are taken out of a text, however they are written', () => {
    const { redact } = fillFor('sales', source, window, env);
    const text = `s3cret/+ s3cret%2F%2B p"q r&s p%22q%20r%26s p%22q%20r&s {"key":"p\\"q r&s"}`;
    const shown = redact(text);
    expect(shown).toBe('{env:TOKEN} {env:TOKEN} {env:KEY} {env:KEY} {env:KEY} {"key":"{env:KEY}"}');
  });

  it('of few characters are left: they are part of any word', () => {
    expect(fillFor('sales', { ...source, env: ['SHORT'] }, window, env).redact('a cat')).toBe('a cat');
  });
});
