/** Why queues of sources cannot be read: noted by the coordinator, for commands and for the page. */
import { toJson } from './json.ts';
import type { ErrorDescription } from './rows.ts';
import type { SourceName } from './schedule-history.ts';
import { type Client, count, run } from './statements/run.ts';

/** `fault`: null if the queue can be read. */
export async function noteQueueFault(
  client: Client,
  { dataset, source }: SourceName,
  fault: ErrorDescription | null,
): Promise<void> {
  const json = fault === null ? null : toJson(fault);
  await count(client, 'schedules/note-queue-fault', [dataset, source, json]);
}

/** As it was last noted. */
export async function queueFaultOf(
  client: Client,
  { dataset, source }: SourceName,
): Promise<ErrorDescription | null> {
  const [row] = await run(client, 'schedules/queue-fault', [dataset, source]);
  return (row?.queue_fault ?? null) as ErrorDescription | null;
}
