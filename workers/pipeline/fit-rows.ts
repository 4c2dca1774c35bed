/** Enriches batches, and takes the rows out of them that a function rejects or that a sink cannot hold. */
import { type Batch as KernelBatch, type RawReject, RejectReason } from '../../kernel/types.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Batch } from '../../model/enrich/batch.ts';
import { enrichBatch } from '../../model/enrich/enrich.ts';
import { ReusedLanes } from '../../model/enrich/lanes.ts';
import { noRefusals } from '../../model/enrich/refusals.ts';
import { rowsKept } from '../../model/enrich/select.ts';
import { selectBatch } from '../../model/enrich/select-batch.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { rowLimitsOf } from '../../sinks/open-sinks.ts';
import { type PastLimit, RowLimits } from '../../sinks/row-limits.ts';

/**
 * Thrown where a row must be rejected and the kernel was not asked for places, which few datasets need. The chunk is
 * then read again with them.
 */
export class PlacesNeeded extends Error {}

/** Rows that functions of `compute` reject: the first column that does, and why. Bound: the rows of a batch. */
type Refused = Map<number, { readonly computed: string; readonly because: string }>;

/** A batch whose rows all sinks can hold, and the same with its enrichments. */
export interface FittingBatch {
  /** With its rejects. */
  readonly converted: KernelBatch;
  readonly enriched: Batch;
}

/** For the batches of one chunk, in their order. */
export class RowFitter {
  private readonly dataset: CompiledDataset;
  private readonly layout: FileLayout;
  private readonly limits: RowLimits;
  private readonly lanes = new ReusedLanes();

  constructor(dataset: CompiledDataset, layout: FileLayout) {
    this.dataset = dataset;
    this.layout = layout;
    this.limits = new RowLimits(rowLimitsOf(dataset));
  }

  /** The enrichments are valid until the next call. Throws PlacesNeeded. */
  fit(converted: KernelBatch): FittingBatch {
    const refused: Refused = new Map();
    const enriched = this.enrich(converted, refused);
    const past = this.limits.past(enriched).filter(({ row }) => !refused.has(row));
    if (past.length === 0 && refused.size === 0) return { converted, enriched };
    const { place, rows } = converted;
    if (place === undefined)
      throw new PlacesNeeded('a row is rejected by a function, or too long for a sink');
    const broken = new Uint8Array(rows);
    for (const row of [...refused.keys(), ...past.map(({ row }) => row)]) broken[row] = 1;
    const compute = { column: -1, reason: RejectReason.compute } as const;
    const rejects = [
      ...[...refused].map(([row, why]): RawReject => ({ ...place(row), ...compute, ...why })),
      ...past.map((one): RawReject => ({ ...place(one.row), ...this.reasonOf(one) })),
    ];
    const fitting = selectBatch(converted, rowsKept(broken, rows), rejects);
    return { converted: fitting, enriched: this.enrich(fitting, null) };
  }

  /** `refused`: takes the rows that functions reject; null if none of the rows may be. */
  private enrich({ vectors, rows }: KernelBatch, refused: Refused | null): Batch {
    this.lanes.reuse();
    const refusals = (computed: string) =>
      refused === null
        ? noRefusals
        : {
            add(row: number, because: string) {
              if (!refused.has(row)) refused.set(row, { computed, because });
            },
          };
    return enrichBatch(this.dataset, vectors, rows, this.layout.extra, this.lanes, refusals);
  }

  private reasonOf({ column, bytes, limit: { what, most } }: PastLimit) {
    const place = this.dataset.columns.findIndex(({ name }) => name === column);
    return { column: place, reason: RejectReason.limit, past: { column, what, bytes, most } };
  }
}
