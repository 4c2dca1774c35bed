/** Which window a file is for. Pure. */
import type { Arrival } from '../../ledger/tables/files.ts';
import type { CompiledExpect } from '../../model/compiled.ts';
import { asOfName } from '../../model/file/as-of.ts';
import { windowOf, windowOfLocal } from './windows.ts';

/** What is known of a file when it is judged. */
export type Judged = Pick<Arrival, 'name' | 'state' | 'link' | 'landed_at' | 'rows'>;

/**
 * The index of the window that a file is for: the one of the date in its name, `lag` windows later, or the one in
 * which it landed. So a file for an old window does not count for today's. Null: corrected rows and replayed rejects
 * are for none, nor is a file whose name has no date.
 */
export function windowFor(expect: CompiledExpect, file: Omit<Judged, 'rows'>): number | null {
  if (file.link === 'corrects' || file.link === 'replays') return null;
  if (expect.named === null) return windowOf(expect, file.landed_at.getTime()).index;
  const named = asOfName(expect.named, file.name);
  return named === null ? null : windowOfLocal(expect, Date.parse(named) / 1000) + expect.lag;
}
