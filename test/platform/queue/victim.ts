/** A worker that takes one job, says so and never ends: to be killed. */
import { openQueues } from '../../../platform/queue/index.ts';

const queues = await openQueues(JSON.parse(process.argv[2]));
await queues.workChunks(
  async () => {
    process.send?.('taken');
    await new Promise(() => {});
  },
  { concurrency: 1 },
);
