/** The first inputs of `npm run fuzz`, always the same; `npm run test:faults` goes on where they end. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { failuresOf, targets } from './fuzz.ts';
import { checkGuards, guardKernels } from './guarded.ts';

beforeAll(guardKernels);
afterAll(checkGuards);

it('5,000 mutated inputs are read as the oracle reads them, and nothing else is written to', async () => {
  expect(await failuresOf(1, 0, 5_000)).toEqual([]);
});

it('has a turn for each target', () => {
  expect(targets.map(({ name }) => name)).toEqual(['kernel', 'plan', 'layout', 'convert', 'json']);
});
