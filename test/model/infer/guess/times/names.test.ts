/** Names of months: what Intl writes in each language is found and read. */
import { describe, expect, test } from 'vitest';
import { guessColumn } from '../../../../../model/infer/guess/guess-column.ts';
import { monthsNamed, weekLike } from '../../../../../model/infer/guess/times/names.ts';
import { locales, monthOfName } from '../../../../../model/types/temporal/months.ts';
import { readBy, sampleOf } from '../support.ts';

const days = Array.from({ length: 12 }, (_, m) => new Date(Date.UTC(2024, m, 13 + m)));

describe.each(locales)('%s', (locale) => {
  test.each(['long', 'short'] as const)('%s names are read as their months', async (style) => {
    const format = new Intl.DateTimeFormat(locale, { month: style, day: 'numeric', timeZone: 'UTC' });
    const names = days.map((day) => format.formatToParts(day).find(({ type }) => type === 'month')!.value);
    // Some languages have numbers for short names.
    if (names.some((name) => /\d/.test(name))) return;
    expect(names.map((name) => monthOfName(name, locale))).toEqual(days.map((_, m) => m + 1));
    expect(names.every((name) => monthsNamed(name)?.has(locale))).toBe(true);
    const texts = names.map((name, m) => `${13 + m} ${name} 2024`);
    const guess = guessColumn(sampleOf(texts));
    expect(guess.type).toBe('date');
    expect(await readBy(guess, texts)).toEqual(days.map((day) => day.toISOString().slice(0, 10)));
  });
});

test('names of days are of one language and length', () => {
  expect(weekLike(['Sat', 'sun'])).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);
  expect(weekLike(['Samstag'])).toContain('Montag');
  expect(weekLike(['Sat', 'Sonntag'])).toBeUndefined();
  expect(weekLike(['Jan'])).toBeUndefined();
});
