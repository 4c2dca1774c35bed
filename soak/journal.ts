/** The journal of a run: what was done and how the system responded, in order, one JSON object per line. */
import { closeSync, openSync, writeSync } from 'node:fs';

export interface Entry {
  /** Since the run began. */
  readonly ms: number;
  readonly what: string;
  readonly [detail: string]: unknown;
}

export class Journal {
  readonly path: string;
  private readonly file: number;
  private readonly from = performance.now();

  constructor(path: string) {
    this.path = path;
    this.file = openSync(path, 'w');
  }

  /** ms since the run began. */
  now(): number {
    return Math.round(performance.now() - this.from);
  }

  note(what: string, detail: Readonly<Record<string, unknown>> = {}): void {
    const entry: Entry = { ms: this.now(), what, ...detail };
    writeSync(this.file, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}
