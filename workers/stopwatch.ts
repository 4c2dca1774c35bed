/** Where a chunk's time went. A lap costs one clock reading; there are a few a batch. */

export const stages = ['read', 'parse', 'enrich', 'lake', 'dimensions', 'encode', 'copy', 'commit'] as const;
export type Stage = (typeof stages)[number];

export class Stopwatch {
  /** Milliseconds on the wall by stage, waiting included. */
  readonly ms: Record<Stage, number> = {
    read: 0,
    parse: 0,
    enrich: 0,
    lake: 0,
    dimensions: 0,
    encode: 0,
    copy: 0,
    commit: 0,
  };
  private last = performance.now();

  /** Books the time since the last lap to a stage. */
  lap(stage: Stage): void {
    const now = performance.now();
    this.ms[stage] += now - this.last;
    this.last = now;
  }

  /** Starts a lap that leaves out the time since the last one: someone else's turn on the event loop. */
  skip(): void {
    this.last = performance.now();
  }

  /** Whole milliseconds, for the log. */
  summary(): Record<string, number> {
    return Object.fromEntries(stages.map((stage) => [stage, Math.round(this.ms[stage])]));
  }
}
