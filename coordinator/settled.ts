/** Who waits for files to end. Told by the database's notifications; never asks on a timer. */
import { LandfallError } from '../platform/errors.ts';
import { changeChannel, type Ledger, type LedgerFileState } from '../platform/ledger/ledger.ts';
import { type Listening, listen } from '../platform/listen.ts';
import type { Receipt } from '../platform/types.ts';

const finished: ReadonlySet<LedgerFileState> = new Set(['done', 'failed', 'duplicate', 'undone']);

/** True for states that a file does not leave. */
export function isFinished(state: LedgerFileState): boolean {
  return finished.has(state);
}

interface Waiter {
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: unknown) => void;
}

export class Settling {
  private readonly ledger: Ledger;
  private readonly waiters = new Map<number, Waiter[]>();
  private listening: Listening | null = null;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  async start(databaseUrl: string): Promise<void> {
    const onNotify = (payload: string) => {
      const { fileId, kind } = JSON.parse(payload) as { fileId: number; kind: string };
      if (kind === 'file') void this.check(fileId);
    };
    const onReconnect = () => {
      for (const fileId of this.waiters.keys()) void this.check(fileId);
    };
    this.listening = await listen(databaseUrl, changeChannel, onNotify, onReconnect);
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
      this.release(fileId, (waiter) => waiter.reject(error));
    }
  }

  private release(fileId: number, tell: (waiter: Waiter) => void): void {
    const waiters = this.waiters.get(fileId) ?? [];
    this.waiters.delete(fileId);
    for (const waiter of waiters) tell(waiter);
  }
}
