/**
 * Tells the endpoints of webhooks what the ledger has noted for them. The ledger says what is to be told, and when; the
 * queue only says that it is time. Jobs may be lost: what is due is looked for at intervals.
 *
 *   something is noted ─▶ a job of the endpoint ─▶ what is due is sent, one after another ─▶ until nothing is
 *                              ▲                                    │
 *                              └────── a pause, in the queue ───────┴─ an attempt fails
 *
 * Each endpoint is told by itself, so that one that is dead keeps neither files nor other endpoints waiting. While it
 * is, one attempt is made after each pause, whatever waits for it.
 */
import type pg from 'pg';
import { noteEvent, secondsToNext } from '../../ledger/tables/deliveries.ts';
import type { WebhookEndpoint, WebhookEvent } from '../../platform/config/webhook-endpoints.ts';
import type { Log } from '../../platform/log/log.ts';
import { type FreshnessReport, isLacking } from '../../platform/progress/progress.ts';
import type { Queues, QueueWorker } from '../../platform/queue/index.ts';
import type { MartBehindReport } from '../metrics/marts-behind.ts';
import { type Delivered, deliverNext } from './deliver.ts';
import { pause } from './send.ts';

/** What ends within this time is one job, in ms. */
const gatherMs = 50;

/** How long a dead endpoint is left alone at most, in s. */
const pauseMostSeconds = 600;

/** How long the end of a command waits for what is still to be told, in ms. */
const drainMs = 5_000;

/** How long a mart may be behind before that is told, in s. A refresh takes its time. */
const behindSeconds = 600;

export interface WebhooksOptions {
  readonly pool: pg.Pool;
  readonly endpoints: readonly WebhookEndpoint[];
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** As of deliverNext. */
  readonly pauses?: readonly number[];
}

/** No job is queued. */
const none = Number.POSITIVE_INFINITY;

/** A job may come so much earlier than the moment for which it was queued: clocks differ. */
const earlyMs = 50;

interface Lane {
  readonly endpoint: WebhookEndpoint;
  /** When its next job comes, of performance.now; Infinity: none is queued. */
  jobAt: number;
  /** Set while something is sent. */
  running: Promise<void> | null;
  /** Something may have been noted since `running` looked. */
  more: boolean;
  /** Of performance.now. */
  pausedUntil: number;
  failing: boolean;
}

export class Webhooks {
  private readonly options: WebhooksOptions;
  private readonly lanes: ReadonlyMap<string, Lane>;
  private readonly closing = new AbortController();
  /** Marts that are behind, and windows that are late, of which it is noted. */
  private readonly noted = { behind: new Set<string>(), late: new Set<string>() };
  private queues: Queues | null = null;
  private worker: QueueWorker | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(options: WebhooksOptions) {
    this.options = options;
    this.lanes = new Map(
      options.endpoints.map((endpoint) => [
        endpoint.name,
        { endpoint, jobAt: none, running: null, more: false, pausedUntil: 0, failing: false },
      ]),
    );
  }

  async start(queues: Queues): Promise<void> {
    if (this.lanes.size === 0) return;
    this.queues = queues;
    const tell = async (name: string) => {
      const lane = this.lanes.get(name);
      // The job may be of an endpoint that the settings no longer have.
      if (lane === undefined) return;
      if (performance.now() >= lane.jobAt - earlyMs) lane.jobAt = none;
      // A job does not wait for another one of its endpoint: it would keep those of others waiting.
      if (lane.running !== null) lane.more = true;
      else await this.tell(lane);
    };
    this.worker = await queues.workDeliveries(tell, { concurrency: this.lanes.size });
    this.soon();
  }

  /** Something may have been noted. */
  soon(): void {
    if (this.queues === null || this.closing.signal.aborted) return;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      for (const lane of this.lanes.values()) if (!isPaused(lane)) void this.submit(lane, 0);
    }, gatherMs);
  }

  /** A person has asked for a delivery to the endpoint: it is not left alone any longer. */
  wake(name: string): void {
    const lane = this.lanes.get(name);
    if (lane === undefined || this.queues === null) return;
    lane.pausedUntil = 0;
    void this.submit(lane, 0);
  }

  /** To be called at intervals: notes marts that are behind, and looks for what is due and has no job. */
  async lookAround(askBehind: () => Promise<readonly MartBehindReport[]>): Promise<void> {
    if (this.wanting('mart.behind').length > 0) await this.noteBehind(await askBehind());
    await this.sweep();
  }

  /** Looks for what is due and has no job: the queue has lost it, or another process has noted it. */
  private async sweep(): Promise<void> {
    for (const lane of this.lanes.values()) {
      if (lane.running !== null || isPaused(lane)) continue;
      const seconds = await secondsToNext(this.options.pool, lane.endpoint.name);
      if (seconds !== 0) continue;
      lane.jobAt = none;
      await this.submit(lane, 0);
    }
  }

  /** Notes each window that is late, once. */
  async noteLate(reports: readonly FreshnessReport[]): Promise<void> {
    const late = new Set<string>();
    for (const report of reports.filter(isLacking)) {
      const subject = `${report.dataset} ${report.window}`;
      late.add(subject);
      if (!this.noted.late.has(subject)) await this.note('dataset.late', subject, { ...report });
    }
    this.noted.late = late;
  }

  /** Notes each mart that is behind, once until it is not. */
  async noteBehind(reports: readonly MartBehindReport[], now = Date.now() / 1000): Promise<void> {
    const behind = new Set<string>();
    for (const { dataset, mart, since } of reports) {
      if (now - since < behindSeconds) continue;
      const name = `${dataset}.${mart}`;
      behind.add(name);
      if (this.noted.behind.has(name)) continue;
      const at = new Date(since * 1000).toISOString();
      await this.note('mart.behind', `${name} ${at}`, { dataset, mart, since: at });
    }
    this.noted.behind = behind;
  }

  /** `drains`: sends first what is due, as far as that succeeds soon. Nobody may be there to do it later. */
  async close({ drains }: { readonly drains: boolean }): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    if (drains) {
      const all = Promise.allSettled([...this.lanes.values()].map((lane) => this.tell(lane)));
      await Promise.race([all, pause(drainMs)]);
    }
    this.closing.abort(new Error('the coordinator is closing'));
    await Promise.allSettled([...this.lanes.values()].map(({ running }) => running));
    await this.worker?.close();
  }

  private async note(
    event: WebhookEvent,
    subject: string,
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const wanting = this.wanting(event);
    if (wanting.length === 0) return;
    const noted = await noteEvent(this.options.pool, wanting, event, { subject, data });
    if (noted.length > 0) this.soon();
  }

  /** The names of endpoints that want to know of it. */
  private wanting(event: WebhookEvent): string[] {
    return this.options.endpoints.filter(({ events }) => events.includes(event)).map(({ name }) => name);
  }

  /** Queues a job of the endpoint, unless one comes by then. */
  private async submit(lane: Lane, ms: number): Promise<void> {
    const at = performance.now() + ms;
    if (lane.jobAt <= at + earlyMs || this.closing.signal.aborted) return;
    lane.jobAt = at;
    try {
      await this.queues!.submitDeliveries(lane.endpoint.name, Math.ceil(ms));
    } catch {
      // The queue is away, which others tell of. The next sweep finds what is due.
      lane.jobAt = none;
    }
  }

  /** Sends what is due to the endpoint. If that is being done, it is done once more. */
  private tell(lane: Lane): Promise<void> {
    lane.more = true;
    lane.running ??= this.tellAll(lane);
    return lane.running;
  }

  private async tellAll(lane: Lane): Promise<void> {
    const { pool } = this.options;
    const { signal } = this.closing;
    // What follows never ends before the caller has noted that it runs.
    await Promise.resolve();
    try {
      while (lane.more && !signal.aborted) {
        lane.more = false;
        while (!isPaused(lane) && (await this.tellNext(lane)));
        const pausedMs = lane.pausedUntil - performance.now();
        const seconds = pausedMs > 0 ? pausedMs / 1000 : await secondsToNext(pool, lane.endpoint.name);
        if (seconds !== null) await this.submit(lane, Math.min(seconds, pauseMostSeconds) * 1000);
      }
    } finally {
      lane.running = null;
    }
  }

  /** Returns whether something was due. */
  private async tellNext(lane: Lane): Promise<boolean> {
    const { pool, pauses } = this.options;
    const { signal } = this.closing;
    try {
      const delivered = await deliverNext(pool, lane.endpoint, { signal, pauses });
      if (delivered === null) return false;
      this.report(lane, delivered);
      const isPausing = delivered.state === 'waiting';
      const seconds = isPausing ? Math.min(delivered.seconds, pauseMostSeconds) : 0;
      lane.pausedUntil = performance.now() + seconds * 1000;
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }

  private report(lane: Lane, { delivery, sent, state }: Delivered): void {
    const { log } = this.options;
    const { deliveryId, event, subject } = delivery;
    const about = { endpoint: lane.endpoint.name, deliveryId, event, subject, status: sent.status };
    if (state === 'failed') log.warn({ ...about, answer: sent.answer }, 'a webhook was given up');
    if (sent.state === 'waiting' && !lane.failing)
      log.warn({ ...about, answer: sent.answer }, 'a webhook cannot be delivered; trying again');
    if (sent.state !== 'waiting' && lane.failing) log.info(about, 'a webhook can be delivered again');
    lane.failing = sent.state === 'waiting';
  }
}

function isPaused({ pausedUntil }: Lane): boolean {
  return performance.now() < pausedUntil;
}
