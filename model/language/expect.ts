/** When files of a dataset are expected. docs/definitions/checks.md describes it. */
import type { FileInstant } from './modes.ts';

export interface Expect {
  /** A file is expected in each hour, day or week of the zone's clock; weeks begin on Monday. */
  readonly every: '1h' | '1d' | '1w';
  /** When it is due: ':15' of an hour, '09:00' of a day, 'Mon 09:00' of a week. Default: at the window's end. */
  readonly by?: string;
  /** IANA name of the zone. Default: 'UTC'. */
  readonly zone?: string;
  /** How much later it may land: '30m'. Default: none. */
  readonly grace?: string;
  /** A file is for the window of the date in its name, whenever it lands. Default: for the one in which it lands. */
  readonly named?: FileInstant;
  /** Windows between the date in a name and the window in which the file is due. Default: 0. */
  readonly lag?: number;
}
