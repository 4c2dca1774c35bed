import { expect, it } from 'vitest';
import { type Event, lineOf, shownLines } from '../../../soak/check/shown.ts';

const event = (code: string, kind: string, label: string): Event => ({
  ...{ code, kind, label, toldAt: '2024-01-01 00:00:00' },
  ...{ gone: null, size: null, amount: null, price: '1.00' },
});

it('shows of each kind of stocks the rows of the latest file that has it, in whatever order files are', () => {
  const files = [
    { place: '2024-03-01 b', events: [event('1', 'x', 'old'), event('2', 'y', 'only')] },
    { place: '2024-03-03 a', events: [event('1', 'x', 'low'), event('1', 'x', 'top')] },
    { place: '2024-03-02 c', events: [event('1', 'x', 'mid'), event('3', 'x', 'gone')] },
  ];
  const hashOf = ({ label }: Event) => label ?? '';
  const shown = [event('1', 'x', 'top'), event('2', 'y', 'only')].map((one) => lineOf(one)).sort();
  for (const [a, b, c] of ['012', '120', '201', '210'])
    expect(shownLines('stocks', [files[+a], files[+b], files[+c]], hashOf).sort()).toEqual(shown);
});
