/** Who waits for files to end. Told by the database's notifications; never asks on a timer. */
import { setTimeout as delay } from 'node:timers/promises';
import { changeChannel, type Ledger } from '../../ledger/ledger.ts';
import { type Listening, listen } from '../../platform/database/listen.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { retryOf } from '../../platform/errors/retry.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { isFinished } from '../../platform/progress/progress.ts';

interface Waiter {
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: unknown) => void;
}

/** Pause before a ledger that did not answer is asked again, in ms. */
const retryMs = 500;

export interface SettlingEvents {
  /** The ledger's notifications do not come: with every failed attempt to hear them again. */
  onOutage(error: unknown): void;
  /** They come again; some may have been missed. */
  onRecovered(): void;
}

export class Settling {
  private readonly ledger: Ledger;
  private readonly events: SettlingEvents;
  private readonly waiters = new Map<number, Waiter[]>();
  /** Numbers of files that are being planned again: who waits for them is not told that they are gone. */
  private readonly held = new Set<number>();
  /** Number of a file that was planned again → its number since. */
  private readonly renumbered = new Map<number, number>();
  private listening: Listening | null = null;
  private heardAt = performance.now();
  private closed = false;

  constructor(ledger: Ledger, events: SettlingEvents) {
    this.ledger = ledger;
    this.events = events;
  }

  /** Time since the ledger last said that anything changed. */
  get silentMs(): number {
    return performance.now() - this.heardAt;
  }

  async start(databaseUrl: string): Promise<void> {
    const onNotify = (payload: string) => {
      this.heardAt = performance.now();
      const { fileId, kind } = JSON.parse(payload) as { fileId: number; kind: string };
      if (kind === 'file') void this.check(fileId);
    };
    const onReconnect = () => {
      for (const fileId of this.waiters.keys()) void this.check(fileId);
      this.events.onRecovered();
    };
    const { onOutage } = this.events;
    this.listening = await listen(databaseUrl, changeChannel, onNotify, onReconnect, onOutage);
  }

  /** The file's receipt, when it has ended. Rejects with LF_FILE_UNKNOWN, and when this is closed. */
  wait(number: number): Promise<Receipt> {
    const fileId = this.numberOf(number);
    const receipt = new Promise<Receipt>((resolve, reject) => {
      this.waiters.set(fileId, [...(this.waiters.get(fileId) ?? []), { resolve, reject }]);
    });
    void this.check(fileId);
    return receipt;
  }

  /** While `work` plans a file again and returns its new number, those who wait for it go on waiting. */
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
