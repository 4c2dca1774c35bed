/** Sets up the sinks of each dataset, once for each version of its definition that the coordinator meets. */
import type { Ledger } from '../ledger/ledger.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import { sinksOf } from './all-sinks.ts';
import type { Sink } from './contract.ts';

export class SinkSetup {
  private readonly sinks: readonly Sink[];
  private readonly ledger: Ledger;
  private readonly done = new WeakMap<CompiledDataset, Promise<void>>();

  constructor({ sinks, ledger }: { readonly sinks: readonly Sink[]; readonly ledger: Ledger }) {
    this.sinks = sinks;
    this.ledger = ledger;
  }

  /**
   * Sets up every sink of the dataset before its first file, and stores the definition. After a failure, the next
   * call tries again. Throws what Sink.setUp throws.
   */
  setUp(dataset: CompiledDataset): Promise<void> {
    const done =
      this.done.get(dataset) ??
      this.setUpNow(dataset).catch((error) => {
        this.done.delete(dataset);
        throw error;
      });
    this.done.set(dataset, done);
    return done;
  }

  private async setUpNow(dataset: CompiledDataset): Promise<void> {
    for (const sink of sinksOf(this.sinks, dataset)) await sink.setUp(dataset);
    await this.ledger.saveDefinition(dataset.version, dataset.name, dataset);
  }
}
