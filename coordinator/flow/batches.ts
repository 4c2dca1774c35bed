/**
 * Takes work as it comes and does it in batches: the first at once, alone; then what has come while the last
 * batch was under way. So nothing waits when there is little to do, and much costs little each.
 */
interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Batches<T> {
  private readonly most: number;
  private readonly work: (items: readonly T[]) => Promise<void>;
  private waiting: Waiting<T>[] = [];
  private working: Promise<void> | null = null;

  /** `most`: items in a batch. A batch whose `work` fails is done again item by item: no item fails for another. */
  constructor(most: number, work: (items: readonly T[]) => Promise<void>) {
    this.most = most;
    this.work = work;
  }

  /** Resolves when the item's batch is done; rejects as `work` does with the item alone. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.working ??= this.run();
    });
  }

  /** Resolves when all that was added is done. */
  async ended(): Promise<void> {
    await this.working;
  }

  private async run(): Promise<void> {
    // What is added in the same turn of the event loop goes together.
    await Promise.resolve();
    while (this.waiting.length > 0) await this.doBatch(this.waiting.splice(0, this.most));
    this.working = null;
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
