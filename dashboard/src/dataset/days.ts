/** The days of an answer, those without loads included. */
import type { DayOfLoads } from '../../../platform/progress/dataset-detail.ts';

export type Day = DayOfLoads;

const dayMs = 86_400_000;

/** Every day from `since` until `now`, oldest first. */
export function daysSince(
  { since, days }: { readonly since: string; readonly days: readonly Day[] },
  now: number,
): Day[] {
  const known = new Map(days.map((day) => [day.day, day]));
  const first = Math.floor(Date.parse(since) / dayMs);
  const last = Math.floor(now / dayMs);
  return Array.from({ length: Math.max(1, last - first + 1) }, (_, i) => {
    const day = new Date((first + i) * dayMs).toISOString().slice(0, 10);
    return known.get(day) ?? { day, files: 0, failed: 0, rows: 0, rejected: 0, bytes: 0 };
  });
}
