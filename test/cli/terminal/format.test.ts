import { expect, it } from 'vitest';
import { printable, table } from '../../../cli/terminal/format.ts';

it('shows what would act on a terminal, and leaves every script as it is', () => {
  expect(printable('a\u001b[2J\n\u0085\u202egnp.csv')).toBe('a\\x1b[2J\\x0a\\x85\\u202egnp.csv');
  expect(printable('юникод 表 é.csv')).toBe('юникод 表 é.csv');
});

it('aligns a table: numbers to the right, with the decimals of their column', () => {
  const rows = [
    { station: 'Harbor', latitude: 40.7, moved: null, rides: 1234, share: 1 / 3 },
    { station: 'Quarry', latitude: 40.734932, moved: 170, rides: 5, share: 12.5 },
  ];
  expect(table(rows)).toBe(
    [
      '  station   latitude  moved  rides  share',
      '  ───────  ─────────  ─────  ─────  ─────',
      '  Harbor   40.700000      –  1,234   0.33',
      '  Quarry   40.734932    170      5  12.50',
      '',
    ].join('\n'),
  );
  expect(table([])).toBe('  (none)\n');
});
