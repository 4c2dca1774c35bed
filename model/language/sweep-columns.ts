/** The columns that files of a source with `sweep` have beside those of the table. docs/sources.md describes them. */
import { boolean } from '../types/boolean.ts';
import { text } from '../types/text.ts';
import { timestamp } from '../types/timestamp.ts';
import { uuid } from '../types/uuid.ts';

/** `columns: { id: integer(), …, ...sweepColumns }` */
export const sweepColumns = {
  /** Since when the row is as it is: its cursor, or a moment before the sweep that noticed the change. */
  landfall_at: timestamp({ optional: true, formats: ['yyyy-MM-dd HH:mm:ss.S'] }),
  /** The texts of the key in the table, as a JSON array. */
  landfall_key: text({ optional: true }),
  /** The hash of the row in the table; null in the mark of a deletion. */
  landfall_row: uuid({ optional: true }),
  landfall_deleted: boolean({ optional: true }),
};
