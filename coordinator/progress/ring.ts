/** The last changes, kept for clients that connect again. */
import type { ChangeMessage } from '../../platform/progress/progress.ts';

export interface SentChange {
  readonly message: ChangeMessage;
  /** The message as it is sent; shared by all clients. */
  readonly text: string;
}

/**
 * The newest changes in order, bounded by number and by size: when either bound is reached, the oldest are
 * dropped. Memory: at most `maxChars` × 2 bytes of text and as much again of objects.
 */
export class ChangeRing {
  private readonly changes: SentChange[] = [];
  private chars = 0;
  private readonly maxChanges: number;
  private readonly maxChars: number;

  constructor(options: { maxChanges?: number; maxChars?: number } = {}) {
    this.maxChanges = options.maxChanges ?? 1024;
    this.maxChars = options.maxChars ?? 4 * 1024 * 1024;
  }

  push(change: SentChange): void {
    this.changes.push(change);
    this.chars += change.text.length;
    let drop = 0;
    while (this.changes.length - drop > this.maxChanges || this.chars > this.maxChars) {
      this.chars -= this.changes[drop].text.length;
      drop++;
    }
    if (drop > 0) this.changes.splice(0, drop);
  }

  /** The changes that a client at `seq` has missed, oldest first. Null if some are no longer kept. */
  since(seq: number, current: number): readonly SentChange[] | null {
    if (seq === current) return [];
    if (seq > current) return null;
    const start = this.changes.findIndex((change) => change.message.seq > seq);
    if (start < 0 || this.changes[start].message.from > seq) return null;
    return this.changes.slice(start);
  }
}
