/** A chunk that hangs every worker that takes it: they turn in circles for seconds, again and again. */
import { it } from 'vitest';
import { expectGivenUp } from './poisons.ts';

it('a chunk that hangs its workers is given up as one that kills them', { timeout: 240_000 }, () =>
  expectGivenUp('postgres', 'for (;;);', { LANDFALL_SILENT_BEATS: '5' }),
);
