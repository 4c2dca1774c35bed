/** Work on the same file one after another, and on many files only so many at a time. */
export class KeyedMutex {
  private readonly most: number;
  private readonly ends = new Map<number, Promise<void>>();
  private readonly queue: (() => void)[] = [];
  private busy = 0;

  /** `most`: pieces of work under way at a time. */
  constructor(most: number) {
    this.most = most;
  }

  /** Runs `work` when the file's earlier work has ended and there is room. Rejects as `work` does. */
  take(fileId: number, work: () => Promise<void>): Promise<void> {
    const before = this.ends.get(fileId) ?? Promise.resolve();
    const turn = before.then(() => this.withRoom(work));
    const end = turn
      .catch(() => {})
      .then(() => {
        if (this.ends.get(fileId) === end) this.ends.delete(fileId);
      });
    this.ends.set(fileId, end);
    return turn;
  }

  /** Runs `work` when the earlier work of all these files has ended and there is room. Rejects as `work` does. */
  takeAll(fileIds: readonly number[], work: () => Promise<void>): Promise<void> {
    const before = Promise.all(fileIds.map((fileId) => this.ended(fileId)));
    const turn = before.then(() => this.withRoom(work));
    const end = turn.catch(() => {});
    for (const fileId of fileIds) {
      const ended = end.then(() => {
        if (this.ends.get(fileId) === ended) this.ends.delete(fileId);
      });
      this.ends.set(fileId, ended);
    }
    return turn;
  }

  /** Resolves when the work that was taken for the file has ended, well or not. */
  ended(fileId: number): Promise<void> {
    return this.ends.get(fileId) ?? Promise.resolve();
  }

  async allEnded(): Promise<void> {
    while (this.ends.size > 0) await Promise.all(this.ends.values());
  }

  private async withRoom(work: () => Promise<void>): Promise<void> {
    if (this.busy >= this.most) await new Promise<void>((resolve) => this.queue.push(resolve));
    else this.busy += 1;
    try {
      await work();
    } finally {
      // Hands its place on, so that nobody who comes meanwhile overtakes those who wait.
      const next = this.queue.shift();
      if (next) next();
      else this.busy -= 1;
    }
  }
}
