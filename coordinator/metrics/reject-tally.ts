/**
 * Counts the rejects of the files that end, by dataset and code. The ledger is asked when somebody wants to know, once
 * for each file.
 */
import type pg from 'pg';
import { endedRejects } from '../../ledger/tables/rejects.ts';

export interface RejectCount {
  readonly dataset: string;
  readonly code: string;
  readonly count: number;
}

/** Files that are asked about at once. */
const filesMost = 1_000;

export class RejectTally {
  private readonly pool: pg.Pool;
  private readonly counts = new Map<string, RejectCount>();
  private ended: number[] = [];
  private asking: Promise<void> = Promise.resolve();

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /** A file has ended, with all that ended with it. */
  note(fileId: number): void {
    this.ended.push(fileId);
    // Nobody asks: what is kept stays bounded all the same.
    if (this.ended.length >= filesMost) this.ask().catch(() => undefined);
  }

  /** All counts since the start. Throws where the ledger cannot be asked. */
  async read(): Promise<readonly RejectCount[]> {
    while (this.ended.length > 0) await this.ask();
    return [...this.counts.values()];
  }

  /** One question at a time, so that no file is counted twice. */
  private ask(): Promise<void> {
    const asked = this.asking.catch(() => undefined).then(() => this.count());
    this.asking = asked;
    return asked;
  }

  private async count(): Promise<void> {
    const files = this.ended.slice(0, filesMost);
    if (files.length === 0) return;
    for (const { dataset, code, count } of await endedRejects(this.pool, files)) {
      const key = `${dataset} ${code}`;
      this.counts.set(key, { dataset, code, count: count + (this.counts.get(key)?.count ?? 0) });
    }
    this.ended = this.ended.slice(files.length);
  }
}
