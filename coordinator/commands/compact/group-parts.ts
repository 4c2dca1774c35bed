/** Which parts of a partition become one. */
import type { PlacedPart } from '../../../ledger/tables/lake/compaction.ts';

export interface CompactionLimits {
  /** About the size of the parts that are made. */
  readonly targetBytes: number;
  /** Fewer small parts than this stay as they are. */
  readonly minParts: number;
}

/** Rows of a part that count for no chunk: their files were undone. */
export function deadRows({ rows, chunks }: PlacedPart): number {
  return chunks.reduce((dead, chunk) => dead - chunk.rows, rows);
}

/** About how many bytes the rows take that count. */
export function liveBytes(part: PlacedPart): number {
  return Math.ceil((part.bytes * (part.rows - deadRows(part))) / part.rows);
}

/**
 * The groups of parts of one partition that become one part each. Parts of at least half the target stay, unless they
 * have rows that do not count. So a row is written again a few times at most, however often files come. `columnsOf`:
 * equal for versions of the definition whose parts have the same columns; only those become one.
 */
export function groupParts(
  parts: readonly PlacedPart[],
  columnsOf: (version: string) => string,
  { targetBytes, minParts }: CompactionLimits,
): PlacedPart[][] {
  const byColumns = new Map<string, PlacedPart[]>();
  for (const part of parts) {
    if (part.bytes >= targetBytes / 2 && deadRows(part) === 0) continue;
    const columns = columnsOf(part.chunks[0].version);
    byColumns.set(columns, [...(byColumns.get(columns) ?? []), part]);
  }
  return [...byColumns.values()]
    .flatMap((alike) => filled(alike, targetBytes))
    .filter((group) => group.length >= minParts || group.some((part) => deadRows(part) > 0));
}

/** Cuts parts into groups of at most `targetBytes`, in their order. */
function filled(parts: readonly PlacedPart[], targetBytes: number): PlacedPart[][] {
  const groups: PlacedPart[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    const added = liveBytes(part);
    if (bytes + added > targetBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups[groups.length - 1].push(part);
    bytes += added;
  }
  return groups;
}
