/**
 * A worker's word between commits: what its slots are doing, its memory and its CPU.
 *
 *   idle ─ job begins ─▶ tick ─▶ every half second while busy ─ last job ends ─▶ tick ─▶ idle
 *
 * Nothing is sent and no timer runs while the worker is idle.
 */
import { hostname } from 'node:os';
import type { Tick } from '../platform/progress.ts';
import type { Slots } from './slots.ts';

const TICK_MS = 500;

export class Ticker {
  private readonly workerId: string;
  private readonly slots: Slots;
  private readonly publish: (tick: Tick) => Promise<void>;
  private readonly startedAt = new Date().toISOString();
  private timer: NodeJS.Timeout | null = null;
  private since = { at: performance.now(), rows: 0, cpu: process.cpuUsage() };

  /** `publish` may fail: a tick is a hint, and the next one says it all again. */
  constructor(workerId: string, slots: Slots, publish: (tick: Tick) => Promise<void>) {
    this.workerId = workerId;
    this.slots = slots;
    this.publish = publish;
  }

  /** Says that the slots have changed. */
  changed(): void {
    if (this.slots.busy && this.timer === null) {
      this.since = { at: performance.now(), rows: this.slots.rows, cpu: process.cpuUsage() };
      this.timer = setInterval(() => this.tick(), TICK_MS);
      this.timer.unref();
      this.tick();
    } else if (!this.slots.busy && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
      this.tick();
    }
  }

  /** The worker's last word: it leaves. */
  async leave(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.publish({ ...this.measure(), slots: [], left: true }).catch(() => undefined);
  }

  /** Sends one tick now. */
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
    };
    this.since = { at: now, rows, cpu };
    return tick;
  }
}
