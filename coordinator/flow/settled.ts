/** Lets callers wait for files to end. It relies on the database's notifications and does not poll. */
import { setTimeout as delay } from 'node:timers/promises';
import { changeChannel, type Ledger } from '../../ledger/ledger.ts';
import { type Listening, listen } from '../../platform/database/listen.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { retryOf } from '../../platform/errors/retry.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { isFinished } from '../../platform/progress/progress.ts';
import { atATime } from '../../platform/storage/at-a-time.ts';

interface Waiter {
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: unknown) => void;
}

/** Pause before a ledger that did not answer is queried again, in ms. */
const retryMs = 500;

/** Files that are looked up at a time after an outage. */
const checksAtATime = 16;

export interface SettlingEvents {
  /** Notifications do not arrive: called after each failed attempt to listen again. */
  onOutage(error: unknown): void;
  /** Notifications arrive again; some may have been missed. */
  onRecovered(): void;
  /** A run of a source was planned, has started, moved or ended. */
  onRun?(): void;
}

export class Settling {
  private readonly ledger: Ledger;
  private readonly events: SettlingEvents;
  private readonly waiters = new Map<number, Waiter[]>();
  /** Files that are being planned again: those who wait for them are not told that they no longer exist. */
  private readonly held = new Set<number>();
  /** Number of a file that was planned again → its new number. */
  private readonly renumbered = new Map<number, number>();
  private listening: Listening | null = null;
  private heardAt = performance.now();
  private closed = false;

  constructor(ledger: Ledger, events: SettlingEvents) {
    this.ledger = ledger;
    this.events = events;
  }

  /** Time since the ledger last reported a change. */
  get silentMs(): number {
    return performance.now() - this.heardAt;
  }

  async start(databaseUrl: string): Promise<void> {
    const onNotify = (payload: string) => {
      this.heardAt = performance.now();
      const { fileId, kind } = JSON.parse(payload) as { fileId: number; kind: string };
      if (kind === 'file') void this.check(fileId);
      if (kind === 'run') this.events.onRun?.();
    };
    const onReconnect = () => {
      void atATime(checksAtATime, [...this.waiters.keys()], (fileId) => this.check(fileId));
      this.events.onRecovered();
    };
    const { onOutage } = this.events;
    this.listening = await listen(databaseUrl, changeChannel, onNotify, onReconnect, onOutage);
  }

  /** Resolves with the file's receipt when it has ended. Rejects with LF_FILE_UNKNOWN, and after `close`. */
  wait(number: number): Promise<Receipt> {
    const fileId = this.numberOf(number);
    const receipt = new Promise<Receipt>((resolve, reject) => {
      this.waiters.set(fileId, [...(this.waiters.get(fileId) ?? []), { resolve, reject }]);
    });
    void this.check(fileId);
    return receipt;
  }

  /** Runs `work`, which plans a file again and returns its new number. Those who wait for the file keep waiting. */
  async renumber(fileId: number, work: () => Promise<number | null>): Promise<void> {
    this.held.add(fileId);
    try {
      const renumbered = await work();
      if (renumbered === null) return;
      this.renumbered.set(fileId, renumbered);
      const waiters = this.waiters.get(fileId) ?? [];
      this.waiters.delete(fileId);
      if (waiters.length > 0)
        this.waiters.set(renumbered, [...(this.waiters.get(renumbered) ?? []), ...waiters]);
    } finally {
      this.held.delete(fileId);
      void this.check(this.numberOf(fileId));
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.listening?.close();
    const reason = 'the coordinator was closed before the file had ended';
    for (const fileId of [...this.waiters.keys()]) {
      this.release(fileId, (waiter) => waiter.reject(new LandfallError('LF_INTERNAL', { reason })));
    }
  }

  private numberOf(fileId: number): number {
    const renumbered = this.renumbered.get(fileId);
    return renumbered === undefined ? fileId : this.numberOf(renumbered);
  }

  private async check(fileId: number): Promise<void> {
    if (!this.waiters.has(fileId) || this.held.has(fileId)) return;
    try {
      const file = await this.ledger.file(fileId);
      if (file === null && (this.held.has(fileId) || this.renumbered.has(fileId))) return;
      if (file === null) throw new LandfallError('LF_FILE_UNKNOWN', { file: fileId });
      const { receipt } = file;
      if (isFinished(file.state) && receipt !== null) {
        this.release(fileId, (waiter) => waiter.resolve(receipt));
      }
    } catch (error) {
      if (retryOf(error) === 'outage' && !this.closed) {
        await delay(retryMs);
        return this.check(fileId);
      }
      this.release(fileId, (waiter) => waiter.reject(error));
    }
  }

  private release(fileId: number, tell: (waiter: Waiter) => void): void {
    const waiters = this.waiters.get(fileId) ?? [];
    this.waiters.delete(fileId);
    for (const waiter of waiters) tell(waiter);
  }
}
