/** Measures where a chunk's time is spent. A lap costs one clock reading, and there are a few laps per batch. */

export const stages = [
  'read',
  'parse',
  'enrich',
  'lake',
  'dimensions',
  'rollups',
  'encode',
  'copy',
  'commit',
] as const;
export type Stage = (typeof stages)[number];

export class Stopwatch {
  /** Elapsed milliseconds by stage, including waits. */
  readonly ms: Record<Stage, number> = {
    read: 0,
    parse: 0,
    enrich: 0,
    lake: 0,
    dimensions: 0,
    rollups: 0,
    encode: 0,
    copy: 0,
    commit: 0,
  };
  private last = performance.now();

  /** Adds the time since the last lap to a stage. */
  lap(stage: Stage): void {
    const now = performance.now();
    this.ms[stage] += now - this.last;
    this.last = now;
  }

  /** Begins a lap, and discards the time since the last one, which belongs to others on the event loop. */
  skip(): void {
    this.last = performance.now();
  }

  /** Whole milliseconds, for the log. */
  summary(): Record<string, number> {
    return Object.fromEntries(stages.map((stage) => [stage, Math.round(this.ms[stage])]));
  }
}
