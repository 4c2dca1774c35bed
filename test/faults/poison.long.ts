/** A chunk that fills the memory of every worker that takes it. */
import { it } from 'vitest';
import { onBothBackends } from '../e2e/site.ts';
import { expectGivenUp } from './poisons.ts';

onBothBackends('a chunk that fills the memory of its workers', (backend) => {
  const fill = 'const all = []; for (;;) all.push(new Array(1e6).fill({}));';
  it('is given up as one that kills them', { timeout: 120_000 }, () =>
    expectGivenUp(backend, fill, { NODE_OPTIONS: '--max-old-space-size=160' }),
  );
});
