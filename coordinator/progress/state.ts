/**
 * The state of the progress stream: ledger rows and ticks come in, items for clients go out.
 * Deterministic: no clock, no I/O; the caller says what time it is (`at`, ms).
 *
 *   applyLedger, applyTick, applyLeft, applyRejects, applyUnknown, applyOutages, …  ─▶ model  ─▶ settle ─▶ change
 */
import {
  type ChunkCommit,
  type DefinitionsReport,
  type FileProgress,
  type FreshnessReport,
  isChecking,
  isFinished,
  type LoadSpan,
  type MartReport,
  type OutageReport,
  type ProgressState,
  type RejectSample,
  type SourceProgress,
  type ThroughputSample,
  type Tick,
  type Totals,
  type WorkerProgress,
} from '../../platform/progress/progress.ts';
import { type Flight, InFlight } from './in-flight.ts';
import { bodyOf, type ChangeBody, keptRejects, type WholeParts } from './merge.ts';
import { EndTimes, Pace } from './time-left.ts';
import { addFiles, noTotals } from './totals.ts';
import { RateWindow } from './window.ts';

/** Finished files that stay in the state. Older ones only count in the totals. */
export const keptFinished = 200;
/** Silent workers that stay in the state. */
const keptSilent = 100;
/** Throughput samples that are kept for new clients, at most one per second: ten minutes of work. */
const keptHistory = 600;
const historyStepMs = 1000;

/** What of the time of a chunk its reading takes, about. Its commit takes the rest. */
const readShare = 0.9;

interface FileEntry {
  /** The row as the ledger has it. */
  row: FileProgress;
  /** The file as clients have it. Null before it is sent. */
  shown: FileProgress | null;
  readonly window: RateWindow;
  readonly pace: Pace;
}

export class ProgressModel {
  private readonly files = new Map<number, FileEntry>();
  private readonly workers = new Map<string, WorkerProgress>();
  private readonly window = new RateWindow();
  /** Totals of the finished files that are no longer in `files`. */
  private base: Totals = noTotals;
  private totals: Totals = noTotals;
  private rejects: RejectSample[] = [];
  private readonly history: ThroughputSample[] = [];
  private readonly inFlight = new InFlight();
  private readonly ends = new EndTimes();

  private readonly changedFiles = new Set<number>();
  private readonly changedWorkers = new Set<string>();
  private readonly goneFiles = new Set<number>();
  private readonly goneWorkers = new Set<string>();
  private newRejects: RejectSample[] = [];
  private newCommits: ChunkCommit[] = [];
  private whole: WholeParts = {
    outages: [],
    marts: [],
    freshness: [],
    sources: [],
    definitions: { datasets: [], broken: [] },
    silent: [],
    attention: '',
  };
  private newWhole: Partial<WholeParts> = {};

  /** The state as clients have it after the last `settle`. */
  state(): ProgressState {
    const files: FileProgress[] = [];
    for (const entry of this.files.values()) if (entry.shown) files.push(entry.shown);
    const { totals, rejects, whole } = this;
    return { files, workers: [...this.workers.values()], totals, rejects, ...whole };
  }

  throughput(): readonly ThroughputSample[] {
    return this.history;
  }

  /** The number of items in a snapshot. */
  size(): number {
    return this.files.size + this.workers.size + this.whole.silent.length;
  }

  has(fileId: number): boolean {
    return this.files.get(fileId) !== undefined;
  }

  /** The files of the ledger that are in the state. */
  fileIds(): number[] {
    return [...this.files.keys()].filter((fileId) => fileId > 0);
  }

  /** True while a displayed rate will become wrong if nothing else happens. */
  isMoving(): boolean {
    if (this.totals.rowsPerSecond > 0 || this.totals.bytesPerSecond > 0) return true;
    for (const { shown } of this.files.values()) {
      if (shown && (shown.rowsPerSecond > 0 || shown.bytesPerSecond > 0)) return true;
    }
    return false;
  }

  /** Replaces the state by what the ledger has. `base`: totals of the finished files that are not in `rows`. */
  resync(rows: readonly FileProgress[], base: Totals): void {
    this.base = base;
    this.window.reset();
    const listed = new Set(rows.map((row) => row.fileId));
    for (const fileId of this.fileIds()) if (!listed.has(fileId)) this.dropFile(fileId);
    for (const [fileId, entry] of this.files) {
      entry.window.reset();
      entry.pace.reset();
      this.inFlight.forget(fileId);
    }
    this.applyLedger(rows);
  }

  /** Ledger rows of files that have changed. `gone`: no longer in the ledger. `commits`: announced ones. */
  applyLedger(
    rows: readonly FileProgress[],
    gone: readonly number[] = [],
    commits: readonly ChunkCommit[] = [],
    at = 0,
  ): void {
    for (const row of rows) {
      const entry = this.files.get(row.fileId);
      const begins = row.state === 'loading' && entry !== undefined && entry.row.state !== 'loading';
      if (begins) this.inFlight.loadingBegins(row.fileId, this.workers.values());
      if (entry) entry.row = row;
      else this.files.set(row.fileId, { row, shown: null, window: new RateWindow(), pace: new Pace() });
      this.changedFiles.add(row.fileId);
      this.goneFiles.delete(row.fileId);
      if (row.state === 'loading') {
        const own = commits.filter((chunk) => chunk.fileId === row.fileId);
        this.inFlight.counted(row.fileId, row.chunksCommitted, own, at);
      } else this.inFlight.forget(row.fileId);
    }
    this.newCommits.push(...commits);
    for (const fileId of gone) this.dropFile(fileId);
    this.prune();
  }

  /** Notes how long files took to load and to end, the last one last. */
  applySpans(files: readonly FileProgress[], spans: readonly LoadSpan[]): void {
    this.ends.learn(files, spans);
  }

  applyTick(tick: Tick): void {
    const { left, outages: _, ...worker } = tick;
    if (left) {
      this.forgetSilent(worker.workerId);
      this.applyLeft(worker.workerId);
      return;
    }
    this.forgetSilent(worker.workerId);
    this.workers.set(worker.workerId, worker);
    this.changedWorkers.add(worker.workerId);
    this.goneWorkers.delete(worker.workerId);
  }

  applyLeft(workerId: string): void {
    if (!this.workers.delete(workerId)) return;
    this.changedWorkers.delete(workerId);
    this.goneWorkers.add(workerId);
  }

  /** The worker has not reported since `heardAt`: it is shown as such until it is forgotten, or reports again. */
  applySilence(workerId: string, heardAt: string): void {
    const worker = this.workers.get(workerId);
    if (worker === undefined) return;
    this.applyLeft(workerId);
    this.replace({ silent: [{ ...worker, heardAt }, ...this.whole.silent].slice(0, keptSilent) });
  }

  forgetSilent(workerId: string): void {
    const silent = this.whole.silent.filter((worker) => worker.workerId !== workerId);
    if (silent.length < this.whole.silent.length) this.replace({ silent });
  }

  /** Adds rejects that clients do not have yet, newest first. */
  applyRejects(rejects: readonly RejectSample[]): void {
    this.newRejects = [...rejects, ...this.newRejects].slice(0, keptRejects);
    this.rejects = [...rejects, ...this.rejects].slice(0, keptRejects);
  }

  /** Replaces the files of unknown datasets. Their ids are negative. */
  applyUnknown(files: readonly FileProgress[]): void {
    const listed = new Set(files.map((file) => file.fileId));
    for (const [fileId, entry] of this.files) {
      if (entry.row.state === 'unknown' && !listed.has(fileId)) this.dropFile(fileId);
    }
    this.applyLedger(files);
  }

  /** Replaces the outages. */
  applyOutages(outages: readonly OutageReport[]): void {
    this.replace({ outages });
  }

  /** Replaces the marts that cannot be refreshed. */
  applyMarts(marts: readonly MartReport[]): void {
    if (!same(marts, this.whole.marts)) this.replace({ marts });
  }

  /** Replaces what is said about expected files. */
  applyFreshness(freshness: readonly FreshnessReport[]): void {
    if (!same(freshness, this.whole.freshness)) this.replace({ freshness });
  }

  /** Replaces the sources. */
  applySources(sources: readonly SourceProgress[]): void {
    if (!same(sources, this.whole.sources)) this.replace({ sources });
  }

  /** Replaces the definitions. */
  applyDefinitions(definitions: DefinitionsReport): void {
    if (!same(definitions, this.whole.definitions)) this.replace({ definitions });
  }

  /** Replaces the version of what needs a person. */
  applyAttention(attention: string): void {
    this.replace({ attention });
  }

  private replace(parts: Partial<WholeParts>): void {
    this.whole = { ...this.whole, ...parts };
    this.newWhole = { ...this.newWhole, ...parts };
  }

  /** Updates what clients see and returns what has changed. Null if nothing has. */
  settle(at: number): ChangeBody | null {
    const flights = this.inFlight.sum(this.workers.values(), at);
    const files: FileProgress[] = [];
    let totals = addFiles(
      this.base,
      Array.from(this.files.values(), ({ row }) => row),
    );
    let flying = 0;
    let flyingRows = 0;
    for (const entry of this.files.values()) {
      const flight = entry.row.state === 'loading' ? flights.get(entry.row.fileId) : undefined;
      flying += flight?.bytes ?? 0;
      flyingRows += flight?.rows ?? 0;
      const shown = this.present(entry, flight, at);
      if (shown === null) continue;
      entry.shown = shown;
      files.push(shown);
    }
    this.window.add(at, totals.rows.parsed + flyingRows, totals.bytesCommitted + flying);
    totals = { ...totals, ...this.window.rate(at) };
    const changed = bodyOf({
      files,
      workers: [...this.changedWorkers].flatMap((workerId) => this.workers.get(workerId) ?? []),
      goneFiles: [...this.goneFiles],
      goneWorkers: [...this.goneWorkers],
      totals: same(totals, this.totals) ? null : totals,
      rejects: this.newRejects,
      commits: this.newCommits,
      whole: this.newWhole,
    });
    this.totals = totals;
    this.noteThroughput(at);
    this.forgetChanges();
    return Object.keys(changed).length > 0 ? changed : null;
  }

  /** The file as clients should see it now. Null if they already see it so. */
  private present(entry: FileEntry, flight: Flight | undefined, at: number): FileProgress | null {
    const { row, shown, window, pace } = entry;
    const isLoading = row.state === 'loading';
    if (shown && !isLoading && !this.changedFiles.has(row.fileId)) return null;
    const bytesSeen = isLoading
      ? Math.min(row.bytes, row.bytesCommitted + (flight?.bytes ?? 0))
      : row.bytesCommitted;
    const paced = Math.min(row.bytes, row.bytesCommitted + readShare * (flight?.bytes ?? 0));
    let moving = { rowsPerSecond: 0, bytesPerSecond: 0 };
    if (isLoading) {
      window.add(at, row.rows.parsed + (flight?.rows ?? 0), bytesSeen);
      pace.add(at, paced);
      if (!isChecking(row)) moving = window.rate(at);
    }
    if (shown !== null && !this.changedFiles.has(row.fileId) && waits(shown, bytesSeen, moving)) return null;
    const isMoving = moving.bytesPerSecond > 0;
    const etaSeconds = isMoving
      ? pace.left(at, paced, row.bytes + straggle(row, flight), this.ends.of(row))
      : null;
    const next = { ...row, bytesSeen, ...moving, etaSeconds };
    return same(next, shown) ? null : next;
  }

  private dropFile(fileId: number): void {
    if (!this.files.delete(fileId)) return;
    this.changedFiles.delete(fileId);
    this.inFlight.forget(fileId);
    this.goneFiles.add(fileId);
  }

  /** Removes the oldest finished files from the state when there are too many. They stay in the totals. */
  private prune(): void {
    const done = [...this.files.values()].filter((entry) => isFinished(entry.row.state));
    if (done.length <= keptFinished) return;
    done.sort(
      (a, b) => (a.row.finishedAt ?? '').localeCompare(b.row.finishedAt ?? '') || a.row.fileId - b.row.fileId,
    );
    const old = done.slice(0, done.length - keptFinished).map(({ row }) => row);
    this.base = addFiles(this.base, old);
    for (const { fileId } of old) this.dropFile(fileId);
  }

  private noteThroughput(at: number): void {
    const { rowsPerSecond, bytesPerSecond } = this.totals;
    const last = this.history.at(-1);
    if (last && last.rowsPerSecond === rowsPerSecond && last.bytesPerSecond === bytesPerSecond) return;
    if (last && at - last.at < historyStepMs) this.history.pop();
    this.history.push({
      at: last && at - last.at < historyStepMs ? last.at : at,
      rowsPerSecond,
      bytesPerSecond,
    });
    if (this.history.length > keptHistory) this.history.shift();
  }

  private forgetChanges(): void {
    this.changedFiles.clear();
    this.changedWorkers.clear();
    this.goneFiles.clear();
    this.goneWorkers.clear();
    this.newRejects = [];
    this.newCommits = [];
    this.newWhole = {};
  }
}

/**
 * Near the end of a file, slots wait for the one that is last: in bytes that take as long, about a tenth of a chunk each,
 * because the one that is last has the machine for itself.
 */
function straggle({ bytes, chunks, chunksCommitted }: FileProgress, flight: Flight | undefined): number {
  const others = Math.min(flight?.slots ?? 0, chunks - chunksCommitted) - 1;
  return others > 0 ? (others / 10) * (bytes / chunks) : 0;
}

/** How often rates are recomputed while nothing happens, until they are zero. */
export const restMs = 1000;

/** True when nothing moves and nothing was shown as moving. Makes no object for the many files that wait. */
function waits(
  shown: FileProgress,
  bytesSeen: number,
  now: Pick<FileProgress, 'rowsPerSecond' | 'bytesPerSecond'>,
): boolean {
  const moves = now.rowsPerSecond + now.bytesPerSecond + shown.rowsPerSecond + shown.bytesPerSecond > 0;
  return !moves && shown.bytesSeen === bytesSeen && shown.etaSeconds === null;
}

/** Compares as JSON, which is what a client sees. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
