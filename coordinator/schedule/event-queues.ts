/**
 * Reads the queues to which buckets send messages about their new objects, and plans runs of their sources at once.
 * Runs only in the leader.
 *
 *   receive ──▶ objects that a source takes ──▶ a run is planned ──▶ the messages are deleted
 *
 * A run lists its bucket, and takes whatever is new. So a message only says that it is time to look: one that comes
 * twice does no harm, and one that is lost is made up for by the schedule. Messages of which nothing was planned yet
 * come again, when the queue shows them again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { noteQueueFault } from '../../ledger/queue-faults.ts';
import { unendedRuns } from '../../ledger/runs.ts';
import type { SourceName } from '../../ledger/schedule-history.ts';
import type { CompiledS3Source } from '../../model/compiled-source.ts';
import type { Registry } from '../../model/registry.ts';
import { describeError, LandfallError } from '../../platform/errors/errors.ts';
import type { Log } from '../../platform/log/log.ts';
import { fillFor, missingVariables, redactorOf } from '../../sources/fetching/fill.ts';
import { type CreatedObject, createdObjects, objectMatcher } from '../../sources/prefix/bucket-events.ts';
import { type EventQueue, openEventQueue, type QueueMessage } from '../../sources/prefix/event-queue.ts';
import { allSources } from '../fetch/find-source.ts';
import { requestRun } from '../fetch/request-run.ts';
import { windowUntilNow } from './planner.ts';

/** How long a request waits for a message, in seconds: the most that SQS allows. */
const waitSeconds = 20;

/** Messages that come within this time, in ms, are planned for together. */
const gatherMs = 1_000;
/** And so many of them. */
const gatherMost = 500;

/** Pauses after a request that failed, in ms: they double. */
const pauseLeastMs = 1_000;
const pauseMostMs = 60_000;

/** Runs of a source and class that are looked at. */
const waitingMost = 64;

/** Messages of which is remembered that the log has named them. */
const namedMost = 10_000;

export interface EventQueuesOptions {
  readonly pool: pg.Pool;
  readonly registry: Registry;
  readonly log: Log;
  /** Where the values of variables are. */
  readonly env: NodeJS.ProcessEnv;
  /** Repeats a step after an outage of the database. */
  through<T>(step: () => Promise<T>): Promise<T>;
  /** Called after a run was planned. */
  onPlanned(): void;
  /** Called when a queue can or cannot be read any more. */
  onFault?(): void;
}

interface Told {
  readonly dataset: string;
  readonly source: CompiledS3Source;
  takes(object: CreatedObject): boolean;
}

/** A queue that is read, and the sources that it tells of. */
interface Reading {
  readonly address: string;
  readonly stopping: AbortController;
  sources: readonly Told[];
  /** What was last noted about the queue; undefined: nothing yet. */
  fault: string | null | undefined;
  /** Messages were received, and could not be deleted. */
  keepsMessages: boolean;
}

export class EventQueues {
  private readonly options: EventQueuesOptions;
  private readonly readings = new Map<string, Reading>();
  private readonly ending = new Set<Promise<void>>();
  private readonly named = new Set<string>();
  private started = false;
  private closed = false;

  constructor(options: EventQueuesOptions) {
    this.options = options;
  }

  /** Until then nothing is received. */
  start(): void {
    this.started = true;
    this.refresh();
  }

  /** Reads the queues that the definitions name now, and no others. */
  refresh(): void {
    if (this.closed || !this.started) return;
    const wanted = this.wanted();
    for (const [address, { stopping }] of this.readings) {
      if (wanted.has(address)) continue;
      stopping.abort();
      this.readings.delete(address);
    }
    for (const [address, sources] of wanted) {
      const reading = this.readings.get(address);
      if (reading === undefined) this.open(address, sources);
      else Object.assign(reading, { sources, fault: undefined });
    }
  }

  /** From now on nothing is received. Requests end at once. */
  letGo(): void {
    this.closed = true;
    for (const { stopping } of this.readings.values()) stopping.abort();
  }

  /** Resolves when nothing is being planned. */
  async close(): Promise<void> {
    this.letGo();
    await Promise.all(this.ending);
  }

  /** Sources by the address of their queue. One without a variable that it names could not run. */
  private wanted(): Map<string, Told[]> {
    const { registry, env } = this.options;
    const wanted = new Map<string, Told[]>();
    for (const { dataset, source } of allSources(registry)) {
      if (source.kind !== 's3' || source.notifications === null) continue;
      if (missingVariables([source], env).length > 0) continue;
      const { fill } = fillFor(dataset, source, null, env);
      const address = fill(source.notifications);
      const told = { dataset, source, takes: objectMatcher(fill(source.url), source.match) };
      wanted.set(address, [...(wanted.get(address) ?? []), told]);
    }
    return wanted;
  }

  private open(address: string, sources: readonly Told[]): void {
    const stopping = new AbortController();
    const reading: Reading = { address, stopping, sources, fault: undefined, keepsMessages: false };
    const ended = this.read(reading).finally(() => this.ending.delete(ended));
    this.ending.add(ended);
    this.readings.set(address, reading);
  }

  private async read(reading: Reading): Promise<void> {
    const { signal } = reading.stopping;
    let queue: EventQueue | null = null;
    let pauseMs = pauseLeastMs;
    while (!signal.aborted) {
      try {
        queue ??= await openEventQueue(reading.address);
        await this.take(reading, queue);
        pauseMs = pauseLeastMs;
      } catch (error) {
        if (signal.aborted) break;
        await this.failed(reading, error);
        await pause(pauseMs, signal);
        pauseMs = Math.min(2 * pauseMs, pauseMostMs);
      }
    }
    queue?.close();
  }

  /** Receives messages, and deletes those for which runs are planned. */
  private async take(reading: Reading, queue: EventQueue): Promise<void> {
    const { signal } = reading.stopping;
    const isFine = reading.fault === null || reading.keepsMessages;
    const messages = await gather(queue, isFine ? waitSeconds : 0, signal);
    const known: QueueMessage[] = [];
    const objects: CreatedObject[] = [];
    for (const message of messages) {
      const created = createdObjects(message.body);
      if (created === null) this.warn(reading, message);
      else known.push(message);
      objects.push(...(created ?? []));
    }
    for (const told of reading.sources) if (objects.some(told.takes)) await this.plan(told);
    signal.throwIfAborted();
    if (known.length > 0) {
      reading.keepsMessages = true;
      await queue.remove(known, signal);
      reading.keepsMessages = false;
    }
    if (!reading.keepsMessages) await this.note(reading, null);
    // A queue may show a message again at once.
    if (known.length < messages.length) await pause(gatherMs, signal);
  }

  /** Plans a run, unless one waits that has read nothing yet: it will see the object too. */
  private async plan({ dataset, source }: Told): Promise<void> {
    const { pool, through, onPlanned } = this.options;
    const name = { dataset, source: source.name };
    await through(async () => {
      if (await hasRunAhead(pool, name)) return;
      await requestRun(pool, { dataset, source }, await windowUntilNow(pool, name, source.schedule));
    });
    onPlanned();
  }

  private async failed(reading: Reading, error: unknown): Promise<void> {
    const { log } = this.options;
    const isOfQueue = error instanceof LandfallError && error.code.startsWith('LF_SOURCE_QUEUE_');
    try {
      if (isOfQueue) await this.note(reading, error);
      else log.error({ ...describeError(error) }, 'could not plan a run for messages of a bucket');
    } catch (cause) {
      log.error({ ...describeError(cause) }, 'could not note that a queue cannot be read');
    }
  }

  /** Notes in the ledger whether the queue can be read, for each of its sources. */
  private async note(reading: Reading, error: LandfallError | null): Promise<void> {
    if (reading.fault === (error?.message ?? null)) return;
    const { pool, env, log, through, onFault } = this.options;
    for (const { dataset, source } of reading.sources) {
      const redact = redactorOf(source, env);
      const fault = error && { ...error.toJSON(), message: redact(error.message) };
      const name = { dataset, source: source.name };
      await through(() => noteQueueFault(pool, name, fault));
      if (fault) log.warn({ source: `${dataset}.${source.name}`, ...fault }, 'a queue cannot be read');
    }
    reading.fault = error?.message ?? null;
    onFault?.();
  }

  private warn({ sources }: Reading, { id }: QueueMessage): void {
    if (this.named.has(id)) return;
    if (this.named.size === namedMost) this.named.clear();
    this.named.add(id);
    const names = sources.map(({ dataset, source }) => `${dataset}.${source.name}`).join(', ');
    this.options.log.warn(
      { sources: names, message: id },
      'a message in the queue of a bucket is not one of S3; it stays in the queue',
    );
  }
}

async function hasRunAhead(pool: pg.Pool, name: SourceName): Promise<boolean> {
  const runs = await unendedRuns(pool, waitingMost);
  return runs.some(
    ({ dataset, source, kind, state, position }) =>
      dataset === name.dataset &&
      source === name.source &&
      kind !== 'backfill' &&
      state === 'planned' &&
      position === null,
  );
}

/** The messages that are there, or come within a moment after the first. */
async function gather(queue: EventQueue, seconds: number, signal: AbortSignal): Promise<QueueMessage[]> {
  const messages = [...(await queue.receive(seconds, signal))];
  const end = performance.now() + gatherMs;
  while (messages.length > 0 && messages.length < gatherMost && performance.now() < end) {
    const more = await queue.receive(gatherMs / 1000, signal);
    if (more.length === 0) break;
    messages.push(...more);
  }
  return messages;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
