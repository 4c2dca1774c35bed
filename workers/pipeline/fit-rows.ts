/** Enriches batches, and takes the rows out of them that a sink cannot hold. */
import { type Batch as KernelBatch, type RawReject, RejectReason } from '../../kernel/types.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Batch } from '../../model/enrich/batch.ts';
import { enrichBatch } from '../../model/enrich/enrich.ts';
import { ReusedLanes } from '../../model/enrich/lanes.ts';
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
    const enriched = this.enrich(converted);
    const past = this.limits.past(enriched);
    if (past.length === 0) return { converted, enriched };
    const { place, rows } = converted;
    if (place === undefined) throw new PlacesNeeded('a row is too long for a sink');
    const broken = new Uint8Array(rows);
    for (const { row } of past) broken[row] = 1;
    const rejects = past.map((one): RawReject => ({ ...place(one.row), ...this.reasonOf(one) }));
    const fitting = selectBatch(converted, rowsKept(broken, rows), rejects);
    return { converted: fitting, enriched: this.enrich(fitting) };
  }

  private enrich({ vectors, rows }: KernelBatch): Batch {
    this.lanes.reuse();
    return enrichBatch(this.dataset, vectors, rows, this.layout.extra, this.lanes);
  }

  private reasonOf({ column, bytes, limit: { what, most } }: PastLimit) {
    const place = this.dataset.columns.findIndex(({ name }) => name === column);
    return { column: place, reason: RejectReason.limit, past: { column, what, bytes, most } };
  }
}
