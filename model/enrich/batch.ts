import type { Vector } from '../../kernel/columns/vectors.ts';

export type { Vector };

/** A batch by name: parsed columns first, enrichments as they are computed. */
export interface Batch {
  readonly rows: number;
  readonly vectors: Map<string, Vector>;
}
