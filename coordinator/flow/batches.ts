/**
 * Does work in batches: the first item at once, alone; then together all that came while the last batch was
 * running. Nothing waits while there is little to do, and each item costs little when there is much.
 */
interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Batches<T> {
  private readonly itemsMost: number;
  private readonly work: (items: readonly T[]) => Promise<void>;
  private waiting: Waiting<T>[] = [];
  private running: Promise<void> | null = null;

  /**
   * `itemsMost`: items of a batch. When the `work` of a batch fails, each item is done again alone, so that none
   * fails for another.
   */
  constructor(itemsMost: number, work: (items: readonly T[]) => Promise<void>) {
    this.itemsMost = itemsMost;
    this.work = work;
  }

  /** Resolves when the item's batch is done; rejects as `work` does with the item alone. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Resolves when all that was added is done. */
  async idle(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    // Items that are added in the same turn of the event loop go together.
    await Promise.resolve();
    while (this.waiting.length > 0) await this.doBatch(this.waiting.splice(0, this.itemsMost));
    this.running = null;
  }

  private async doBatch(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.work(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1) batch[0].reject(error);
      else for (const one of batch) await this.doBatch([one]);
    }
  }
}
