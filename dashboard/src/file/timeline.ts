/** The timeline of a file: which worker had which chunk when. Pure. */
import type { ChunkCells, HeardStep } from './chunk-cells.ts';

export interface Span {
  readonly number: number;
  /** In ms. */
  readonly from: number;
  readonly to: number;
  readonly steps: readonly HeardStep[];
  readonly isOpen: boolean;
  /** Its times are those when its commit was heard of. */
  readonly isAnnounced: boolean;
}

/** Commits are heard of up to about so much later than they were made, in ms. */
const heardMs = 150;

/** Spans of one worker that do not overlap: one of its slots. */
export interface Lane {
  readonly worker: string;
  readonly spans: readonly Span[];
}

/** Lanes of workers in the order of their names. `now`: until when chunks that are being loaded reach, in ms. */
export function lanesOf(cells: ChunkCells, now: number): Lane[] {
  const byWorker = new Map<string, Span[]>();
  for (let number = 0; number < cells.size; number++) {
    const worker = cells.workerOf(number);
    const from = cells.startedAt(number);
    if (worker === null || from === null) continue;
    const committedAt = cells.committedAt(number);
    const isOpen = committedAt === null && cells.slotOf(number) !== null;
    if (committedAt === null && !isOpen) continue;
    const span = {
      number,
      from,
      to: Math.max(from, committedAt ?? now),
      steps: cells.stepsOf(number),
      isOpen,
      isAnnounced: cells.isAnnounced(number),
    };
    const spans = byWorker.get(worker);
    if (spans) spans.push(span);
    else byWorker.set(worker, [span]);
  }
  return [...byWorker.keys()].sort().flatMap((worker) => pack(worker, byWorker.get(worker)!));
}

/** As few lanes as have room for all spans. */
function pack(worker: string, spans: readonly Span[]): Lane[] {
  const lanes: Span[][] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from || a.number - b.number)) {
    const slackMs = span.isAnnounced ? heardMs : 0;
    const free = lanes.find((lane) => lane.at(-1)!.to <= span.from + slackMs);
    if (free) free.push({ ...span, from: Math.min(span.to, Math.max(span.from, free.at(-1)!.to)) });
    else lanes.push([span]);
  }
  return lanes.map((lane) => ({ worker, spans: lane }));
}

/** Rows per second over the time of a load, from when its chunks were committed: seconds and rates. */
export function throughputOf(cells: ChunkCells, buckets = 60): { seconds: number[]; rates: number[] } {
  const since = Date.parse(cells.map.since);
  const commits = Array.from({ length: cells.size }, (_, number) => {
    const at = cells.committedAt(number);
    return at === null ? [] : [{ at: at - since, rows: cells.rowsOf(number).rows }];
  }).flat();
  const end = commits.reduce((most, { at }) => Math.max(most, at), 0);
  if (commits.length < 12 || end <= 0) return { seconds: [], rates: [] };
  // A few commits each, so that the line shows the load and not its commits.
  const width = end / Math.min(buckets, Math.ceil(commits.length / 4));
  const sums = new Array<number>(Math.round(end / width)).fill(0);
  for (const { at, rows } of commits) sums[Math.min(sums.length - 1, Math.floor(at / width))] += rows;
  return {
    seconds: sums.map((_, i) => ((i + 0.5) * width) / 1000),
    rates: sums.map((rows) => (rows * 1000) / width),
  };
}
