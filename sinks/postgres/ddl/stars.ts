/** The stars that a coordinator has made, or is making: once for each definition that it has had. */
import type pg from 'pg';
import type { Ledger } from '../../../ledger/ledger.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { makeStar } from './make-star.ts';

export class Stars {
  private readonly pool: pg.Pool;
  private readonly ledger: Ledger;
  private readonly made = new WeakMap<CompiledDataset, Promise<void>>();

  constructor(pool: pg.Pool, ledger: Ledger) {
    this.pool = pool;
    this.ledger = ledger;
  }

  /** Makes the dataset's tables before its first file. After a failure it is tried again. Throws what makeStar throws. */
  make(dataset: CompiledDataset): Promise<void> {
    const made =
      this.made.get(dataset) ??
      makeStar(this.pool, this.ledger, dataset).catch((error) => {
        this.made.delete(dataset);
        throw error;
      });
    this.made.set(dataset, made);
    return made;
  }
}
