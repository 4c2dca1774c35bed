// Written by `npm run statements` from the headers of ddl/statements/arrivals.
import type { FileRow } from '../row-types.ts';

export interface ArrivalsStatements {
  'arrivals/arrivals': { parameters: [dataset: string, since: Date, most: number];
      row: Readonly<{ file_id: number; name: string; state: FileRow['state']; link: FileRow['link'];
      landed_at: Date; rows: number }> };
}
