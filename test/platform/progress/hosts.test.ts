import { expect, it } from 'vitest';
import { allOn } from '../../../platform/progress/hosts.ts';

it('says whether all workers are on one host', () => {
  const [one, two] = [{ host: 'one' }, { host: 'two' }];
  expect(allOn('one', [one, one])).toBe(true);
  expect(allOn('one', [one, two])).toBe(false);
  expect(allOn('one', [two])).toBe(false);
  expect(allOn('one', [])).toBe(false);
});
