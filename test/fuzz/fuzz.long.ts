/** More inputs of `npm run fuzz`, always the same. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { failuresOf } from './fuzz.ts';
import { checkGuards, guardKernels } from './guarded.ts';

beforeAll(guardKernels);
afterAll(checkGuards);

it('15,000 more mutated inputs are read as the oracle reads them, and nothing else is written to', async () => {
  expect(await failuresOf(1, 5_000, 20_000)).toEqual([]);
});
