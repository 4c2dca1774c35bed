import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { inColours, showsColours } from '../../../cli/terminal/colour.ts';

const text = [
  '✓ trips/a.csv: 12 rows, 3 rejected',
  '✗ trips/b.csv: failed ✓',
  '! since 12:00:00: the database is away',
  'trips/c.csv  ━━━━──  62 %',
  '  0 rejected · 2 workers',
].join('\n');

it('adds colours to signs, bars and rejects, and nothing else', () => {
  const coloured = inColours(text);
  expect(stripVTControlCharacters(coloured)).toBe(text);
  const [done, failed, outage, bar, none] = coloured.split('\n');
  expect(done).toBe('\u001b[32m✓\u001b[39m trips/a.csv: 12 rows, \u001b[33m3 rejected\u001b[39m');
  expect(failed).toBe('\u001b[31m✗\u001b[39m trips/b.csv: failed ✓');
  expect(outage.startsWith('\u001b[33m!\u001b[39m since')).toBe(true);
  expect(bar).toContain('\u001b[32m━━━━\u001b[39m\u001b[90m──\u001b[39m');
  expect(none).toBe('  0 rejected · 2 workers');
});

it('shows them on terminals that have them', () => {
  expect(showsColours({ isTTY: true, hasColors: () => true })).toBe(true);
  expect(showsColours({ isTTY: true, hasColors: () => false })).toBe(false);
  expect(showsColours({ hasColors: () => true })).toBe(false);
  expect(showsColours({ isTTY: true })).toBe(false);
});
