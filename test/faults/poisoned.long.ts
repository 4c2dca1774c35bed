/** A chunk that kills every worker that takes it: given up, with the reason, while other files go on. */
import { it } from 'vitest';
import { onBothBackends } from '../e2e/site.ts';
import { expectGivenUp } from './poisons.ts';

onBothBackends('a chunk that kills its workers', (backend) => {
  it(
    'is given up after a few of them, its file fails and leaves nothing, and other files are loaded',
    {
      timeout: 300_000,
    },
    () => expectGivenUp(backend, "process.kill(process.pid, 'SIGKILL');"),
  );
});
