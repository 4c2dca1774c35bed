/** Runs only so much work at once; what comes on top waits, first come, first served. */
export class Limit {
  private readonly most: number;
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  /** `most`: pieces of work that run at once. */
  constructor(most: number) {
    this.most = most;
  }

  /** Resolves, or rejects, as `work` does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
    try {
      return await work();
    } finally {
      // Hands its place on, so that nobody who comes meanwhile overtakes those who wait.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
