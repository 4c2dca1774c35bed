/** A chunk that hangs every worker that takes it, or fills its memory. */
import { describe, it } from 'vitest';
import { onBothBackends } from '../e2e/site.ts';
import { expectSetAside } from './poisons.ts';

describe('a chunk that hangs its workers', () => {
  // Both workers of the pool turn in circles for seconds, again and again.
  it('is set aside as one that kills them', { timeout: 240_000 }, () =>
    expectSetAside('postgres', 'for (;;);', { LANDFALL_SILENT_BEATS: '5' }),
  );
});

onBothBackends('a chunk that fills the memory of its workers', (backend) => {
  const fill = 'const all = []; for (;;) all.push(new Array(1e6).fill({}));';
  it('is set aside as one that kills them', { timeout: 120_000 }, () =>
    expectSetAside(backend, fill, { NODE_OPTIONS: '--max-old-space-size=160' }),
  );
});
