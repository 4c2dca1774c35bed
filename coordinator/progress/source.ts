/** What the hub reads from the ledger. */
import type { RefusedReport } from '../../platform/progress/attention.ts';
import type {
  FileProgress,
  LoadSpan,
  MartReport,
  RejectSample,
  Totals,
} from '../../platform/progress/progress.ts';

/** A reject with its id, which tells whether it was sent before. */
export type RecentReject = RejectSample & { readonly rejectId: number };

export interface ProgressLedger {
  /** Progress of these files; those that are not in the ledger are left out. */
  fileProgress(fileIds: readonly number[]): Promise<readonly FileProgress[]>;
  /** All unfinished files, the recently finished ones, and the sums over all others, at one moment. */
  recentProgress(): Promise<{ readonly files: readonly FileProgress[]; readonly base: Totals }>;
  /** How long files that are done took to load and to end; those of which it is not known are left out. */
  loadSpans(fileIds: readonly number[]): Promise<readonly LoadSpan[]>;
  /** Marts that cannot be refreshed, the longest first. */
  failingMarts(): Promise<readonly MartReport[]>;
  /** What endpoints of webhooks have not been told. */
  refusedReports(): Promise<readonly RefusedReport[]>;
  /** The newest rejects, newest first. */
  recentRejects(limit: number): Promise<readonly RecentReject[]>;
}
