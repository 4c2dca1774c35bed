/** When a source is fetched, and which windows of time its runs cover. docs/definitions/schedules.md describes it. */

/** What becomes of windows that ended while no coordinator was running, or while an earlier run was. */
export type CatchUp = 'all' | 'latest' | 'none';

interface Windows {
  /**
   * How far back a window reaches from its end, if that is longer than to the end of the window before it: '5m'. So
   * windows overlap, and rows that the source shows late are fetched all the same. Default: they touch.
   */
  readonly window?: string;
  /** Windows that were missed: run them `all`, oldest first, the `latest` alone, or `none`. Default: 'all'. */
  readonly catchUp?: CatchUp;
  /** With `catchUp: 'all'`: of the windows that wait, only the latest so many run. Default: all of them. */
  readonly most?: number;
}

export interface CronSchedule extends Windows {
  /** Five fields: minute, hour, day of the month, month, day of the week. Or '@hourly', '@daily', '@weekly', '@monthly'. */
  readonly cron: string;
  /** IANA name of the zone whose clock the fields are about. Default: 'UTC'. */
  readonly zone?: string;
}

export interface EverySchedule extends Windows {
  /** The time between two runs: '2m'. Counted from Monday 1970-01-05T00:00Z, so '1h' means the full hours. */
  readonly every: string;
}

export type Schedule = CronSchedule | EverySchedule;
