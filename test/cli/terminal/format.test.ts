import { expect, it } from 'vitest';
import { printable } from '../../../cli/terminal/format.ts';

it('shows what would act on a terminal, and leaves every script as it is', () => {
  expect(printable('a\u001b[2J\n\u0085\u202egnp.csv')).toBe('a\\x1b[2J\\x0a\\x85\\u202egnp.csv');
  expect(printable('юникод 表 é.csv')).toBe('юникод 表 é.csv');
});
