/**
 * What each chunk of a file is doing: the ledger's account, moved on by what the stream has said since.
 *
 *   waiting ─▶ reading ─▶ copying ─▶ committed
 *                 │          │
 *                 └──────────┴─▶ given back ─▶ reading … ─▶ retried (committed by a later attempt)
 *
 * Deterministic: the caller says what was heard.
 */
import type { ChunkMap } from '../../../platform/progress/chunk-map.ts';
import type { ChunkCommit, SlotProgress, WorkerProgress } from '../../../platform/progress/progress.ts';

export const kinds = [
  'waiting',
  'reading',
  'copying',
  'committed',
  'retried',
  'given back',
  'failed',
  'undone',
] as const;

export type CellKind = (typeof kinds)[number];

const ended: Readonly<Record<string, CellKind>> = { f: 'failed', u: 'undone' };

/** A slot that has a chunk of the file. */
interface Holder {
  readonly workerId: string;
  readonly slot: SlotProgress;
}

/** When a step of a chunk was first heard of, in ms. */
export interface HeardStep {
  readonly step: SlotProgress['step'];
  readonly at: number;
}

/** The chunks of one file. */
export class ChunkCells {
  readonly map: ChunkMap;
  private readonly fileId: number;
  /** Commits that were announced since the map was asked for, and when, in ms. */
  private readonly committed = new Map<number, { readonly commit: ChunkCommit; readonly at: number }>();
  private readonly attempts: number[];
  private holders = new Map<number, Holder>();
  /** Workers that report; null before any was heard of. */
  private alive: ReadonlySet<string> | null = null;
  private readonly steps = new Map<number, HeardStep[]>();
  /** Who took a chunk last, as far as was heard. */
  private readonly takenBy = new Map<number, string>();

  /** How far the reader's clock is ahead of the server's, in ms. */
  private readonly aheadMs: number;

  /** `at`: when the map came, in ms of the reader's clock, as all times that are heard. */
  constructor(map: ChunkMap, at: number) {
    this.map = map;
    this.aheadMs = at - Date.parse(map.at);
    this.fileId = map.fileId;
    this.attempts = [...map.attempts];
  }

  get size(): number {
    return this.map.states.length;
  }

  /** Chunks that are committed, as far as was heard. */
  get committedCount(): number {
    return this.map.states.split('c').length - 1 + this.committed.size;
  }

  /** Takes over commits that were announced. `heardAt`: when, in ms. */
  hearCommits(commits: readonly ChunkCommit[], heardAt: number): void {
    const at = this.serverTime(heardAt);
    for (const commit of commits) {
      const { fileId, chunkNumber } = commit;
      if (fileId === this.fileId && this.map.states[chunkNumber] === 'p')
        this.committed.set(chunkNumber, { commit, at });
    }
  }

  /** Takes over what all workers do now. `heardAt`: when, in ms. */
  hearWorkers(workers: readonly WorkerProgress[], heardAt: number): void {
    const at = this.serverTime(heardAt);
    const holders = new Map<number, Holder>();
    for (const { workerId, slots } of workers) {
      for (const slot of slots) {
        if (slot.fileId === this.fileId && slot.chunkNumber < this.size)
          holders.set(slot.chunkNumber, { workerId, slot });
      }
    }
    for (const [number, { workerId, slot }] of holders) this.noteStep(number, workerId, slot.step, at);
    this.holders = holders;
    this.alive = new Set(workers.map(({ workerId }) => workerId));
  }

  /** A time of the reader's clock as the server's would have it. Both in ms. */
  serverTime(at: number): number {
    return at - this.aheadMs;
  }

  /** Whether the chunk was committed since the map was asked for: the times of those are less exact. */
  isAnnounced(number: number): boolean {
    return this.committed.has(number);
  }

  private noteStep(number: number, workerId: string, step: SlotProgress['step'], at: number): void {
    const steps = this.steps.get(number) ?? [];
    const isTaken = this.holders.get(number)?.workerId !== workerId;
    if (isTaken) {
      // What the ledger had counted when it was asked, or an attempt that came later.
      const known = this.takenBy.get(number) ?? this.map.workers[this.map.worker[number]];
      if (known !== workerId) this.attempts[number] += 1;
      this.takenBy.set(number, workerId);
      steps.length = 0;
    }
    if (steps.at(-1)?.step !== step) steps.push({ step, at });
    this.steps.set(number, steps);
  }

  kindOf(number: number): CellKind {
    const state = this.map.states[number];
    if (ended[state] !== undefined) return ended[state];
    if (state === 'c' || this.committed.has(number))
      return this.attempts[number] > 1 ? 'retried' : 'committed';
    const holder = this.holders.get(number);
    if (holder !== undefined) return holder.slot.step === 'reading' ? 'reading' : 'copying';
    if (this.attempts[number] === 0) return 'waiting';
    if (this.takenBy.has(number)) return 'given back';
    // The ledger says who has it. Whoever does not report any more will not commit it.
    const worker = this.map.workers[this.map.worker[number]];
    const isHeld = worker !== undefined && (this.alive?.has(worker) ?? true);
    return isHeld ? 'reading' : 'given back';
  }

  counts(): ReadonlyMap<CellKind, number> {
    const counts = new Map<CellKind, number>();
    for (let number = 0; number < this.size; number++) {
      const kind = this.kindOf(number);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return counts;
  }

  attemptsOf(number: number): number {
    return this.attempts[number];
  }

  /** Rows that were parsed, and those of them that were rejected; 0 before the chunk is committed. */
  rowsOf(number: number): { readonly rows: number; readonly rejected: number } {
    const announced = this.committed.get(number)?.commit;
    return announced ?? { rows: this.map.rows[number], rejected: this.map.rejected[number] };
  }

  /** Who has the chunk, or had it last; null: nobody is known. */
  workerOf(number: number): string | null {
    return (
      this.committed.get(number)?.commit.worker ??
      this.holders.get(number)?.workerId ??
      this.takenBy.get(number) ??
      this.map.workers[this.map.worker[number]] ??
      null
    );
  }

  slotOf(number: number): SlotProgress | null {
    return this.holders.get(number)?.slot ?? null;
  }

  /** Steps of the last attempt, as they were heard of; empty for what was over before. */
  stepsOf(number: number): readonly HeardStep[] {
    return this.steps.get(number) ?? [];
  }

  /** When the last attempt began, in ms; null: there was none. */
  startedAt(number: number): number | null {
    const heard = this.steps.get(number)?.[0]?.at;
    const announced = this.committed.get(number);
    const took = announced?.commit.tookMs ?? null;
    if (announced !== undefined && took !== null) return announced.at - took;
    const claimed = this.map.claimedMs[number];
    return heard ?? (claimed === null ? null : Date.parse(this.map.since) + claimed);
  }

  /** When the chunk was committed, in ms; null: it is not. */
  committedAt(number: number): number | null {
    const at = this.map.committedMs[number];
    return at === null ? (this.committed.get(number)?.at ?? null) : Date.parse(this.map.since) + at;
  }
}
