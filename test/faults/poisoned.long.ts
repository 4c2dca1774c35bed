/** A chunk that kills every worker that takes it: set aside, with the reason, while other files go on. */
import { it } from 'vitest';
import { onBothBackends } from '../e2e/site.ts';
import { expectSetAside } from './poisons.ts';

onBothBackends('a chunk that kills its workers', (backend) => {
  it(
    'is set aside after a few of them, its file fails and leaves nothing, and other files are loaded',
    {
      timeout: 120_000,
    },
    () => expectSetAside(backend, "process.kill(process.pid, 'SIGKILL');"),
  );
});
