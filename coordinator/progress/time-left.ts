/**
 * How long a file will still take: the rest of its bytes at the pace of those before, then its end (checks, rollups), as
 * long as that of another file of its dataset. Deterministic: the caller says what time it is.
 */
import type { FileProgress, LoadSpan } from '../../platform/progress/progress.ts';

/** The pace is judged by at least this much of the past, in ms. */
const leastPaceMs = 10_000;
/** Growth in less time than this counts as if it had taken this long. */
const leastSpanMs = 1000;
/** The end of a file takes about this share of the time that its bytes take, as that of trips does. */
const usualShare = 0.12;
/** Samples of a pace. Bound: when there are more, every second one is left out. */
const paceSamples = 128;

/** How long the end of a file took. */
export interface End {
  readonly msPerByte: number;
  /** Of the time that its bytes took. */
  readonly share: number;
}

/**
 * The pace of a load, judged by the later half of the time that it has taken so far: commits come in bursts, so a few
 * seconds say little, and the first half may have been slower. The time in which workers begin, before anything is
 * read, is not part of it.
 */
export class Pace {
  private samples: { readonly at: number; readonly bytes: number }[] = [];
  private hasBegun = false;
  private stepMs = 250;

  /** Notes that `bytes` were loaded at `at` (ms). What was loaded before the first call took no time. */
  add(at: number, bytes: number): void {
    const last = this.samples.at(-1);
    if (!this.hasBegun) {
      this.hasBegun = last !== undefined && bytes > last.bytes;
      this.samples = [{ at, bytes: last?.bytes ?? bytes }];
      return;
    }
    if (at - last!.at < this.stepMs) return;
    this.samples.push({ at, bytes });
    if (this.samples.length <= paceSamples) return;
    this.samples = this.samples.filter((_, i) => i % 2 === 0);
    this.stepMs *= 2;
  }

  /**
   * Seconds until a file of `bytes` is done, of which `seen` are loaded at `at`; null where nobody can say. `end`: how
   * long the end of another file took; null: nobody knows.
   */
  left(at: number, seen: number, bytes: number, end: End | null): number | null {
    const { samples } = this;
    if (!this.hasBegun) return null;
    const from = at - Math.max(leastPaceMs, (at - samples[0].at) / 2);
    const base = samples.findLast((sample) => sample.at <= from) ?? samples[0];
    const perMs = (seen - base.bytes) / Math.max(leastSpanMs, at - base.at);
    if (perMs <= 0) return null;
    const loadMs = bytes / perMs;
    // Other work on the machine slows the load more than its end, which uses fewer cores: the mean errs least.
    const endMs = end === null ? usualShare * loadMs : (end.msPerByte * bytes + end.share * loadMs) / 2;
    return Math.round(((bytes - seen) / perMs + endMs) / 100) / 10;
  }

  reset(): void {
    this.samples = [];
    this.hasBegun = false;
  }
}

/** A file with fewer chunks is over before anybody asks, and its end says little of that of a large one. */
const leastChunks = 4;
/** Files that are this many times as large or as small say little of each other. */
const alike = 4;

/** How long the ends of files take, by dataset: as that of the last file that was large. */
export class EndTimes {
  private readonly known = new Map<string, { readonly bytes: number; readonly end: End }>();

  /** Of these files, the last one of each dataset whose end says something of others. */
  static telling(files: readonly FileProgress[]): FileProgress[] {
    const large = files.filter(({ state, chunks }) => state === 'done' && chunks >= leastChunks);
    return [...new Map(large.map((file) => [file.dataset, file])).values()];
  }

  /** Notes how long the ends of files took. */
  learn(files: readonly FileProgress[], spans: readonly LoadSpan[]): void {
    for (const { dataset, bytes, fileId } of files) {
      const span = spans.find((one) => one.fileId === fileId);
      // An end that took longer than the load waited for something: other files, or a server.
      if (span === undefined || span.endMs > span.loadMs) continue;
      const end = { msPerByte: span.endMs / bytes, share: span.endMs / span.loadMs };
      this.known.set(dataset, { bytes, end });
    }
  }

  /** For a file; null: no file like it has ended. */
  of({ dataset, bytes }: Pick<FileProgress, 'dataset' | 'bytes'>): End | null {
    const known = this.known.get(dataset);
    if (known === undefined || known.bytes > bytes * alike || known.bytes * alike < bytes) return null;
    return known.end;
  }
}
