/** Chunk maps that are written by hand. */
import type { ChunkMap } from '../../../../platform/progress/chunk-map.ts';

const mapSince = '2026-01-01T00:00:00.000Z';

/** Chunks of file 7 in these states, none of which was ever taken. */
export function mapOf(states: string, more: Partial<ChunkMap> = {}): ChunkMap {
  const each = <T>(value: T) => Array.from(states, () => value);
  return {
    ...{ fileId: 7, since: mapSince, at: mapSince, workers: ['a', 'b'], states, errors: {} },
    ...{ bytes: each(1000), rows: each(0), rejected: each(0), worker: each(-1), attempts: each(0) },
    ...{ lost: each(0), claimedMs: each(null), committedMs: each(null), ...more },
  };
}
