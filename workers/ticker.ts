/**
 * Publishes what a worker's slots are doing between commits, its memory, and its CPU use.
 *
 *   begin ─▶ idle: a tick every 2 s ⇄ busy: a tick every half second ─▶ leave        and one at each change
 *
 * An idle worker also sends ticks, because a worker that is silent for 5 s is considered gone.
 */
import { hostname } from 'node:os';
import type { Tick } from '../platform/progress/progress.ts';
import type { Slots } from './slots.ts';

const BUSY_MS = 500;
const IDLE_MS = 2_000;

export class Ticker {
  private readonly workerId: string;
  private readonly slots: Slots;
  private readonly publish: (tick: Tick) => Promise<void>;
  private readonly startedAt = new Date().toISOString();
  private timer: NodeJS.Timeout | null = null;
  private busy = false;
  private since = { at: performance.now(), rows: 0, cpu: process.cpuUsage() };

  /** `publish` may fail. A tick is only a hint, and the next one repeats everything. */
  constructor(workerId: string, slots: Slots, publish: (tick: Tick) => Promise<void>) {
    this.workerId = workerId;
    this.slots = slots;
    this.publish = publish;
  }

  /** Sends the first tick of the worker. */
  begin(): void {
    this.pace();
  }

  /** Call this when the slots have changed. */
  changed(): void {
    if (this.slots.busy === this.busy) return;
    this.busy = this.slots.busy;
    if (this.busy) this.since = { at: performance.now(), rows: this.slots.rows, cpu: process.cpuUsage() };
    this.pace();
  }

  /** Sends the last tick of the worker, which says that it leaves. */
  async leave(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.publish({ ...this.measure(), slots: [], left: true }).catch(() => undefined);
  }

  private pace(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), this.busy ? BUSY_MS : IDLE_MS);
    this.timer.unref();
    this.tick();
  }

  /** Sends a tick now. */
  tick(): void {
    this.publish(this.measure()).catch(() => undefined);
  }

  private measure(): Tick {
    const now = performance.now();
    const { rows } = this.slots;
    const cpu = process.cpuUsage();
    const seconds = (now - this.since.at) / 1000;
    const cpuSeconds = (cpu.user + cpu.system - this.since.cpu.user - this.since.cpu.system) / 1e6;
    const rate = (amount: number) => (seconds > 0.01 && this.slots.busy ? amount / seconds : 0);
    const tick: Tick = {
      workerId: this.workerId,
      host: hostname(),
      pid: process.pid,
      startedAt: this.startedAt,
      rssBytes: process.memoryUsage.rss(),
      cpu: rate(cpuSeconds),
      rowsPerSecond: rate(rows - this.since.rows),
      slots: this.slots.progress(),
      outages: this.slots.outages(),
    };
    this.since = { at: now, rows, cpu };
    return tick;
  }
}
