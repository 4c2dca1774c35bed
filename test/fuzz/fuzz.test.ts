/** A slice of `npm run fuzz`, always the same. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInput, targets } from './fuzz.ts';
import { checkGuards, guardKernels } from './guarded.ts';

beforeAll(guardKernels);
afterAll(checkGuards);

it('20,000 mutated inputs are read as the oracle reads them, and nothing else is written to', async () => {
  const failures = [];
  for (let number = 0; number < 20_000; number++) {
    const failure = await runInput(1, number);
    if (failure !== null) failures.push(failure);
  }
  expect(failures).toEqual([]);
});

it('has a turn for each target', () => {
  expect(targets.map(({ name }) => name)).toEqual(['kernel', 'plan', 'layout', 'convert']);
});
