/**
 * Small files on their way together: what has landed while the last group was being prepared is the next one.
 *
 *   landed ─▶ (group) prepared ─▶ one job of the work queue ─▶ one `group` job of the files queue ─▶ done
 *                └─ set apart                                       └─ set apart: goes on by itself
 */
import type { LedgerFile } from '../../ledger/ledger.ts';
import type { FilesContext } from '../../platform/queue/index.ts';
import type { Context } from '../context.ts';
import { finaliseGroup } from '../finalise/finalise-group.ts';
import { groupFiles, prepareGroup } from '../plan/prepare.ts';
import type { Ended } from '../stages.ts';
import { Batches } from './batches.ts';
import type { KeyedMutex } from './keyed-mutex.ts';

export interface SmallFilesHooks {
  readonly context: Context;
  readonly mutex: KeyedMutex;
  /** Takes a step again where database, queue or stores gave way under it. */
  readonly through: (step: () => Promise<void>) => Promise<void>;
  /** Makes the dataset's tables. */
  readonly starOf: (dataset: string) => Promise<void>;
  /** Prepares a file by itself. */
  readonly prepareAlone: (file: LedgerFile) => void;
  /** Ends a file by itself. */
  readonly endAlone: (file: LedgerFile, context: FilesContext) => Promise<void>;
  readonly done: (ended: Ended) => void;
}

export class SmallFiles {
  private readonly hooks: SmallFilesHooks;
  private readonly landed = new Batches<LedgerFile>(groupFiles, (files) => this.prepare(files));

  constructor(hooks: SmallFilesHooks) {
    this.hooks = hooks;
  }

  /** Sets a file on its way, with others where there are others. */
  add(file: LedgerFile): void {
    void this.landed.add(file);
  }

  /** The `group` job of the queue. Repeating it is harmless. */
  async end(fileIds: readonly number[], job: FilesContext): Promise<void> {
    const { context, mutex, through, endAlone, done } = this.hooks;
    let left: readonly LedgerFile[] = [];
    const step = async () => {
      const ending = await finaliseGroup(context, fileIds);
      left = ending.left;
      for (const ended of ending.done) done({ ...ended, state: 'done' });
    };
    await mutex.takeAll(fileIds, () => through(step));
    for (const file of left) await endAlone(file, job);
  }

  /** Resolves when nothing is being prepared. */
  ended(): Promise<void> {
    return this.landed.ended();
  }

  private async prepare(files: readonly LedgerFile[]): Promise<void> {
    const byDataset = new Map<string, LedgerFile[]>();
    for (const file of files) byDataset.set(file.dataset, [...(byDataset.get(file.dataset) ?? []), file]);
    for (const group of byDataset.values()) {
      for (const file of await this.prepareTogether(group)) this.hooks.prepareAlone(file);
    }
  }

  /** The files that are left. */
  private async prepareTogether(files: readonly LedgerFile[]): Promise<readonly LedgerFile[]> {
    if (files.length === 1) return files;
    const { context, mutex, starOf } = this.hooks;
    let left = files;
    const ids = files.map(({ fileId }) => fileId);
    const work = async () => {
      await starOf(files[0].dataset);
      left = await prepareGroup(context, files);
    };
    await mutex
      .takeAll(ids, work)
      .catch((error) =>
        context.log.debug({ err: error, files: files.length }, 'a group is begun one by one'),
      );
    return left;
  }
}
