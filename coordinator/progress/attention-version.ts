/** The version of what needs a person and is not in the state: pages ask `/api/attention` again when it changes. */
import { neededAt, type RefusedReport } from '../../platform/progress/attention.ts';

/** The longest time that a timer can wait, in ms. */
const timerMostMs = 2 ** 31 - 1;

/**
 * An endpoint of a webhook needs a person some time after it first refused. Nothing happens in the ledger then, so a timer is
 * set for that moment. It fires once.
 */
export class AttentionVersion {
  private readonly epoch: string;
  private readonly tell: (version: string) => void;
  private number = 0;
  private timer: NodeJS.Timeout | null = null;

  /** `tell`: called with each new version. */
  constructor(epoch: string, tell: (version: string) => void) {
    this.epoch = epoch;
    this.tell = tell;
  }

  /** What needs a person may have changed. `reports`: all endpoints that were not told something; `now`: ms. */
  renew(reports: readonly RefusedReport[], now: number): void {
    this.close();
    const coming = reports.flatMap((report) => neededAt(report) ?? []).filter((at) => at > now);
    if (coming.length > 0) {
      const first = Math.min(...coming);
      const waitMs = Math.min(first - now, timerMostMs);
      this.timer = setTimeout(() => this.renew(reports, first), waitMs).unref();
    }
    this.number += 1;
    this.tell(`${this.epoch}-${this.number}`);
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
