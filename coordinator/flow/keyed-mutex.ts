/** Runs the work on one file in order, the work on different files at once, and only so much at a time. */
import { Limit } from '../../platform/limit.ts';

export class KeyedMutex {
  private readonly limit: Limit;
  /** The end of the last work of each file that has any. */
  private readonly ends = new Map<number, Promise<void>>();

  /** `atATime`: pieces of work that run at once, at most. */
  constructor(atATime: number) {
    this.limit = new Limit(atATime);
  }

  /** Runs `work` when the file's earlier work has ended. Rejects as `work` does. */
  run(fileId: number, work: () => Promise<void>): Promise<void> {
    return this.runAll([fileId], work);
  }

  /** Runs `work` when the earlier work of all these files has ended. Rejects as `work` does. */
  runAll(fileIds: readonly number[], work: () => Promise<void>): Promise<void> {
    const before = Promise.all(fileIds.map((fileId) => this.idle(fileId)));
    const done = before.then(() => this.limit.run(work));
    const end = done.catch(() => {});
    for (const fileId of fileIds) {
      const ended = end.then(() => {
        if (this.ends.get(fileId) === ended) this.ends.delete(fileId);
      });
      this.ends.set(fileId, ended);
    }
    return done;
  }

  /** Resolves when the file's work so far has ended, whether it succeeded or not. */
  idle(fileId: number): Promise<void> {
    return this.ends.get(fileId) ?? Promise.resolve();
  }

  /** Resolves when no file has any work left. */
  async allIdle(): Promise<void> {
    while (this.ends.size > 0) await Promise.all(this.ends.values());
  }
}
