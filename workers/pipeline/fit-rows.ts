/**
 * Enriches batches, and takes the rows out of them that a function rejects, that cannot be events of the dataset's
 * mode, or that a sink cannot hold.
 */
import type { Pool } from 'pg';
import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import { type Batch as KernelBatch, type RawReject, RejectReason } from '../../kernel/types.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Batch } from '../../model/enrich/batch.ts';
import { enrichBatch } from '../../model/enrich/enrich.ts';
import { ReusedLanes } from '../../model/enrich/lanes.ts';
import { noRefusals } from '../../model/enrich/refusals.ts';
import { rowsKept } from '../../model/enrich/select.ts';
import { selectBatch } from '../../model/enrich/select-batch.ts';
import { type AbsentValue, absentValues } from '../../model/events/absent-values.ts';
import { EventVectors } from '../../model/events/event-vectors.ts';
import { textAt } from '../../model/types/text.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { rowLimitsOf } from '../../sinks/open-sinks.ts';
import { type PastLimit, RowLimits } from '../../sinks/row-limits.ts';
import { joinedWith } from './join-references.ts';

/**
 * Thrown where a row must be rejected and the kernel was not asked for places, which few datasets need. The chunk is
 * then read again with them.
 */
export class PlacesNeeded extends Error {}

/** Rows that functions of `compute` reject: the first column that does, and why. Bound: the rows of a batch. */
type Refused = Map<number, { readonly computed: string; readonly because: string }>;

/** A batch whose rows all sinks can hold, and the same with its enrichments and the columns of its events. */
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
  private readonly pool: Pool;
  /** Null: rows are not events, or their events are not needed. */
  private readonly events: EventVectors | null;

  /**
   * For a chunk of a file with this layout, whose versions of reference tables are joined. `chunkId`: of the events; null
   * where only the converted batch is of use.
   */
  static async open(
    dataset: CompiledDataset,
    layout: FileLayout,
    pool: Pool,
    chunkId: number | null,
  ): Promise<RowFitter> {
    return new RowFitter(await joinedWith(pool, dataset, layout), layout, pool, chunkId);
  }

  private constructor(dataset: CompiledDataset, layout: FileLayout, pool: Pool, chunkId: number | null) {
    this.dataset = dataset;
    this.layout = layout;
    this.pool = pool;
    this.limits = new RowLimits(rowLimitsOf(dataset));
    const { mode } = dataset;
    const extra = (layout.extra ?? []).map(({ name }) => name);
    const plain = mode.kind === 'append' || chunkId === null;
    this.events = plain ? null : new EventVectors(dataset, mode, extra, chunkId);
  }

  /** The enrichments are valid until the next call. Throws PlacesNeeded. */
  async fit(converted: KernelBatch): Promise<FittingBatch> {
    const refused: Refused = new Map();
    const enriched = this.enrich(converted, refused);
    const absent = absentValues(this.dataset.mode, enriched);
    for (const row of refused.keys()) absent.delete(row);
    const long = this.limits.past(enriched).filter(({ row }) => !refused.has(row) && !absent.has(row));
    const past = long.length === 0 ? long : await this.refusedOf(long, enriched);
    if (past.length === 0 && refused.size === 0 && absent.size === 0)
      return this.described(converted, enriched);
    const { place, rows } = converted;
    if (place === undefined)
      throw new PlacesNeeded('a row is rejected by a function or a mode, or too long for a sink');
    const broken = new Uint8Array(rows);
    for (const row of [...refused.keys(), ...absent.keys(), ...past.map(({ row }) => row)]) broken[row] = 1;
    const compute = { column: -1, reason: RejectReason.compute } as const;
    const rejects = [
      ...[...refused].map(([row, why]): RawReject => ({ ...place(row), ...compute, ...why })),
      ...[...absent].map(([row, values]): RawReject => ({ ...place(row), ...this.faultsOf(values) })),
      ...past.map((one): RawReject => ({ ...place(one.row), ...this.reasonOf(one) })),
    ];
    const fitting = selectBatch(converted, rowsKept(broken, rows), rejects);
    return this.described(fitting, this.enrich(fitting, null));
  }

  private described(converted: KernelBatch, enriched: Batch): FittingBatch {
    if (this.events === null) return { converted, enriched };
    const kept = converted.vectors.slice(this.dataset.columns.length);
    return { converted, enriched: this.events.add(enriched, kept) };
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

  /** Of the rows that exceed a limit, those that the sink refuses, each once and in order. */
  private async refusedOf(long: readonly PastLimit[], { vectors }: Batch): Promise<PastLimit[]> {
    const found = new Map<number, PastLimit>();
    for (const limit of new Set(long.map((one) => one.limit))) {
      const candidates = long.filter((one) => one.limit === limit && !found.has(one.row));
      const keys = candidates.map(({ row }) => limit.columns.map((name) => textOf(vectors.get(name)!, row)));
      const refused = await limit.refused?.(this.pool, keys);
      for (const [i, one] of candidates.entries()) if (refused?.[i] ?? true) found.set(one.row, one);
    }
    return [...found.values()].sort((a, b) => a.row - b.row);
  }

  /** The first column, and the others that the file has. */
  private faultsOf([first, ...others]: readonly AbsentValue[]) {
    const placed = ({ name, reason }: AbsentValue) => {
      const column = this.dataset.columns.findIndex((one) => one.name === name);
      return { column, reason, ...(column === -1 && { computed: name }) };
    };
    const columns = others.map(placed).filter(({ column }) => column !== -1);
    return { ...placed(first), others: columns.map(({ column, reason }) => ({ column, reason })) };
  }

  private reasonOf({ column, bytes, limit: { what, most } }: PastLimit) {
    const place = this.dataset.columns.findIndex(({ name }) => name === column);
    return { column: place, reason: RejectReason.limit, past: { column, what, bytes, most } };
  }
}

function textOf(vector: Vector, row: number): string | null {
  const holdsTexts = vector.kind === 'utf8' || vector.kind === 'dictionary';
  return holdsTexts && isValid(vector, row) ? textAt(vector, row) : null;
}
