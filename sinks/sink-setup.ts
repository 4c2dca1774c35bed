/** Sets up the sinks of each dataset, once for each version of its definition that the coordinator meets. */
import type { Ledger } from '../ledger/ledger.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import { setUpBefore } from '../model/definitions/datasets-read.ts';
import type { Registry } from '../model/registry.ts';
import { retryOf } from '../platform/errors/retry.ts';
import { sinksOf } from './all-sinks.ts';
import type { Sink } from './contract.ts';

export class SinkSetup {
  private readonly sinks: readonly Sink[];
  private readonly ledger: Ledger;
  private readonly registry: Pick<Registry, 'all'>;
  private readonly done = new WeakMap<CompiledDataset, Promise<void>>();

  constructor(given: {
    readonly sinks: readonly Sink[];
    readonly ledger: Ledger;
    readonly registry: Pick<Registry, 'all'>;
  }) {
    this.sinks = given.sinks;
    this.ledger = given.ledger;
    this.registry = given.registry;
  }

  /**
   * Sets up every sink of the dataset before its first file, and stores the definition. Datasets whose tables its marts
   * read are set up before it. After a failure, the next call tries again. Throws what Sink.setUp throws.
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
    for (const other of setUpBefore(dataset, this.registry.all())) {
      await this.setUp(other).catch((error) => {
        // What is wrong with another dataset is said of its own files. A mart that misses its tables says so.
        if (retryOf(error) !== 'never') throw error;
      });
    }
    for (const sink of sinksOf(this.sinks, dataset)) await sink.setUp(dataset);
    await this.ledger.saveDefinition(dataset.version, dataset.name, dataset);
  }
}
