import { expect, test, vi } from 'vitest';
import { remember } from '../../kernel/remember.ts';

test('what was made of an object is made once, also where it is nothing', () => {
  const make = vi.fn(({ size }: { size: number }) => (size === 0 ? undefined : { size }));
  const made = remember(make);
  const [none, one] = [{ size: 0 }, { size: 1 }];
  expect(made(none)).toBeUndefined();
  expect(made(none)).toBeUndefined();
  expect(made(one)).toBe(made(one));
  expect(made({ size: 1 })).not.toBe(made(one));
  expect(make).toHaveBeenCalledTimes(3);
});
