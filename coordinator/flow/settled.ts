/** Who waits for files to end. Told by the database's notifications; never asks on a timer. */
import { setTimeout as delay } from 'node:timers/promises';
import { changeChannel, type Ledger } from '../../ledger/ledger.ts';
import { type Listening, listen } from '../../platform/database/listen.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { retryOf } from '../../platform/errors/retry.ts';
import { isFinished } from '../../platform/progress/progress.ts';
import type { Receipt } from '../../platform/types.ts';

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
  wait(fileId: number): Promise<Receipt> {
    const receipt = new Promise<Receipt>((resolve, reject) => {
      this.waiters.set(fileId, [...(this.waiters.get(fileId) ?? []), { resolve, reject }]);
    });
    void this.check(fileId);
    return receipt;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.listening?.close();
    const reason = 'the coordinator was closed before the file had ended';
    for (const fileId of [...this.waiters.keys()]) {
      this.release(fileId, (waiter) => waiter.reject(new LandfallError('LF_INTERNAL', { reason })));
    }
  }

  private async check(fileId: number): Promise<void> {
    if (!this.waiters.has(fileId)) return;
    try {
      const file = await this.ledger.file(fileId);
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
