/**
 * Processes small files in groups. Files that land while one group is being prepared form the next group.
 *
 *   landed ─▶ (group) prepared ─▶ one job of the work queue ─▶ one `group` job of the files queue ─▶ done
 *                └─ left: prepared alone                            └─ left: finalised alone
 */
import type { LedgerFile } from '../../ledger/ledger.ts';
import type { FilesContext } from '../../platform/queue/index.ts';
import { tracesOfFiles } from '../../platform/traces/file-traces.ts';
import { inSpan } from '../../platform/traces/tracing.ts';
import type { Context } from '../context.ts';
import { finaliseGroup } from '../finalise/finalise.ts';
import { groupFiles, prepareGroup } from '../plan/prepare.ts';
import type { Ended } from '../stages.ts';
import { Batches } from './batches.ts';
import type { KeyedMutex } from './keyed-mutex.ts';

export interface SmallFilesHooks {
  readonly context: Context;
  readonly mutex: KeyedMutex;
  /** Runs a step, and again after an outage of the database, the queue or a store. */
  readonly through: (step: () => Promise<void>) => Promise<void>;
  /** Sets up the dataset's sinks. */
  readonly setUp: (dataset: string) => Promise<void>;
  readonly prepareAlone: (file: LedgerFile) => void;
  readonly finaliseAlone: (file: LedgerFile, job: FilesContext) => Promise<void>;
  readonly onEnded: (ended: Ended) => void;
}

export class SmallFiles {
  private readonly hooks: SmallFilesHooks;
  private readonly landed = new Batches<LedgerFile>(groupFiles, (files) => this.prepare(files));

  constructor(hooks: SmallFilesHooks) {
    this.hooks = hooks;
  }

  /** Prepares a file, together with others if there are any. */
  add(file: LedgerFile): void {
    void this.landed.add(file);
  }

  /** Handles a `group` job of the queue. May be repeated. */
  async finalise(fileIds: readonly number[], job: FilesContext): Promise<void> {
    const { context, mutex, through, finaliseAlone, onEnded } = this.hooks;
    let left: readonly LedgerFile[] = [];
    const step = async () => {
      const links = tracesOfFiles(fileIds);
      const finalised = await inSpan('finalise', { links }, () => finaliseGroup(context, fileIds));
      left = finalised.left;
      for (const ended of finalised.done) onEnded(ended);
    };
    await mutex.runAll(fileIds, () => through(step));
    for (const file of left) await finaliseAlone(file, job);
  }

  /** Resolves when nothing is being prepared. */
  idle(): Promise<void> {
    return this.landed.idle();
  }

  private async prepare(files: readonly LedgerFile[]): Promise<void> {
    const byDataset = new Map<string, LedgerFile[]>();
    for (const file of files) byDataset.set(file.dataset, [...(byDataset.get(file.dataset) ?? []), file]);
    for (const group of byDataset.values()) {
      for (const file of await this.prepareTogether(group)) this.hooks.prepareAlone(file);
    }
  }

  /** Returns the files that are left. */
  private async prepareTogether(files: readonly LedgerFile[]): Promise<readonly LedgerFile[]> {
    if (files.length === 1) return files;
    const { context, mutex, setUp } = this.hooks;
    let left = files;
    const ids = files.map(({ fileId }) => fileId);
    const work = async () => {
      await setUp(files[0].dataset);
      left = await inSpan('plan', { links: tracesOfFiles(ids) }, () => prepareGroup(context, files));
    };
    await mutex
      .runAll(ids, work)
      .catch((error) =>
        context.log.debug({ err: error, files: files.length }, 'preparing the files of a group one by one'),
      );
    return left;
  }
}
