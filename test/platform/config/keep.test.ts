import { expect, it } from 'vitest';
import { ageOf, keepRules, keepText } from '../../../platform/config/keep.ts';

const rulesOf = (text: string) => {
  const rules = keepRules(text);
  if (typeof rules === 'string') throw new Error(rules);
  return rules;
};

it('reads rules, and writes them as they were', () => {
  const text = 'detail=180d, failed=36h, orders.archive=730d';
  expect(rulesOf(text).map(keepText).join(', ')).toBe(text);
  expect(rulesOf('archive=2y, quarantine=6w,').map(keepText)).toEqual(['archive=730d', 'quarantine=42d']);
});

it.each(['archive', 'archive=', 'archive=90', 'rejects=90d', 'Orders.archive=90d', 'archive=9m', 'a=b=c'])(
  'says what is wrong with %s',
  (text) => {
    expect(keepRules(`failed=90d, ${text}`)).toContain(`not ${text}`);
  },
);

it("takes a dataset's own rule, and the last of several", () => {
  const rules = rulesOf('archive=1d, orders.archive=2d, archive=3d, failed=4d');
  const days = (dataset: string, kind: Parameters<typeof ageOf>[2]) => {
    const ms = ageOf(rules, dataset, kind);
    return ms === null ? null : ms / 86_400_000;
  };
  expect([days('orders', 'archive'), days('trips', 'archive'), days('orders', 'failed')]).toEqual([2, 3, 4]);
  expect(days('trips', 'detail')).toBe(null);
});
