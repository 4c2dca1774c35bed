/**
 * Puts the rows of many small parts of a partition into one part.
 *
 *   noted ─▶ written in staging ─▶ listed, in its place, and in the manifest instead of the others ─▶ others deleted
 *                                  └──────────────── one transaction ────────────────┘
 *
 * Which rows the lake has does not change, and neither does which chunk each belongs to: undo, snapshots and accounts hold
 * as before. Readers that have a list of parts from before can read them until they are deleted. Whatever is undone,
 * replaced or repaired meanwhile keeps the upper hand: rows move only where they still lie in the part that they were
 * read from, and their file is not locked. If the process dies, the next run deletes what it has written.
 */
import type pg from 'pg';
import { storedDefinition } from '../../../ledger/definition.ts';
import {
  type LakeFolder,
  lakeFolders,
  listShared,
  moveParts,
  noteShared,
  type PlacedPart,
  partsIn,
  retireEmptied,
  withCompactionLock,
} from '../../../ledger/tables/lake/compaction.ts';
import { andReleased, inTransaction } from '../../../platform/database/transaction.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { sharedStagingKey } from '../../../platform/storage/staging-key.ts';
import { mergeParts, PartUnreadable } from '../../../sinks/lake/shared/merge-parts.ts';
import { openAhead, SchemaOfVersions } from '../../../sinks/lake/shared/open-parts.ts';
import { sharedMetadata } from '../../../sinks/lake/shared/stored-part.ts';
import { type CompactionLimits, deadRows, groupParts } from './group-parts.ts';
import { type Deleted, deleteRetired, deleteUnlisted, type LeftoverTools } from './leftovers.ts';

export interface CompactOptions extends CompactionLimits {
  /** `year=2018`: the partitions in this folder of the dataset. None: all of them. */
  readonly partitions: readonly string[];
  /** Only says what would be done. */
  readonly dryRun: boolean;
  /** How long parts that were replaced stay for readers that have begun to read them. */
  readonly keepSeconds: number;
  /** Told how many of the parts that are to be replaced have been. */
  readonly onProgress?: (done: number, of: number) => void;
}

export interface Compacted {
  readonly dataset: string;
  /** Partitions that were looked at, in how many of them parts became one, and those that a file in flight has parts in. */
  readonly partitions: { readonly all: number; readonly compacted: number; readonly open: number };
  /** Parts in the manifest in these partitions. */
  readonly parts: { readonly before: number; readonly after: number };
  /** Bytes of the parts that were replaced, and of those that replace them; null: not known before it is done. */
  readonly bytes: { readonly before: number; readonly after: number | null };
  /** Rows of undone files that these parts had, and that are gone. */
  readonly rowsDropped: number;
  /** Replaced parts that are old enough to be deleted. */
  readonly deleted: Deleted;
  /** Parts that cannot be read, and stay as they are. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** Partitions whose parts are planned together have at most so many chunks, if they are several: about 50 MB in memory. */
const chunksTogether = 50_000;

/**
 * Compacts the closed partitions of a dataset: those in which no file that is in flight has parts. Several processes that
 * do so wait for each other. Throws LF_COMPACT_LOST, or what the lake throws.
 */
export async function compactDataset(
  tools: LeftoverTools,
  dataset: string,
  options: CompactOptions,
): Promise<Compacted> {
  if (options.dryRun) return new Compaction(tools, dataset, options).run();
  const session = await tools.pool.connect();
  // Without a listener a connection that breaks between two statements would end the process.
  const onLost = () => {};
  session.on('error', onLost);
  return andReleased(session, () =>
    withCompactionLock(session, dataset, async () => {
      await deleteUnlisted(tools, dataset);
      await retireEmptied(tools.pool, dataset, options.keepSeconds);
      const compacted = await new Compaction(tools, dataset, options).run();
      const deleted = await deleteRetired(tools, { dataset, seconds: options.keepSeconds });
      return { ...compacted, deleted };
    }).finally(() => session.off('error', onLost)),
  );
}

/** Cuts partitions into batches, each of at least one. */
function together(folders: readonly LakeFolder[]): string[][] {
  const batches: string[][] = [];
  let sum = Number.POSITIVE_INFINITY;
  for (const { folder, chunks } of folders) {
    if (sum + chunks > chunksTogether) {
      batches.push([]);
      sum = 0;
    }
    batches[batches.length - 1].push(folder);
    sum += chunks;
  }
  return batches;
}

class Compaction {
  private readonly pool: pg.Pool;
  private readonly tools: LeftoverTools;
  private readonly dataset: string;
  private readonly options: CompactOptions;
  private readonly schemas: SchemaOfVersions;
  private readonly skipped: { path: string; reason: string }[] = [];
  /** Parts that were looked at, and all of them. */
  private seen = 0;
  private ofParts = 0;
  private readonly sum = { compacted: 0, before: 0, after: 0, bytesBefore: 0, bytesAfter: 0, rowsDropped: 0 };

  constructor(tools: LeftoverTools, dataset: string, options: CompactOptions) {
    this.pool = tools.pool;
    this.tools = tools;
    this.dataset = dataset;
    this.options = options;
    this.schemas = new SchemaOfVersions(tools.lake);
  }

  async run(): Promise<Compacted> {
    const { dataset, options, sum } = this;
    const folders = (await lakeFolders(this.pool, dataset)).filter(({ folder }) => this.isWanted(folder));
    const closed = folders.filter(({ open }) => !open);
    const parts = folders.reduce((all, one) => all + one.parts, 0);
    this.ofParts = closed.reduce((all, one) => all + one.parts, 0);
    for (const some of together(closed)) {
      const found = new Map<string, PlacedPart[]>(some.map((folder) => [folder, []]));
      for (const part of await partsIn(this.pool, dataset, some)) found.get(part.folder)?.push(part);
      for (const [folder, parts] of found) {
        const before = this.seen;
        await this.compactFolder(folder, parts);
        this.see(before + parts.length - this.seen);
      }
    }
    return {
      dataset,
      partitions: {
        all: folders.length,
        compacted: sum.compacted,
        open: folders.length - closed.length,
      },
      parts: { before: parts, after: parts - sum.before + sum.after },
      bytes: { before: sum.bytesBefore, after: options.dryRun ? null : sum.bytesAfter },
      rowsDropped: sum.rowsDropped,
      deleted: { parts: 0, bytes: 0 },
      skipped: this.skipped,
    };
  }

  private see(parts: number): void {
    this.seen += parts;
    this.options.onProgress?.(this.seen, this.ofParts);
  }

  private isWanted(folder: string): boolean {
    const { partitions } = this.options;
    const below = (partition: string) => `${this.dataset}/${partition.replace(/^\/+|\/+$/g, '')}/`;
    return partitions.length === 0 || partitions.some((one) => `${folder}/`.startsWith(below(one)));
  }

  private async compactFolder(folder: string, parts: readonly PlacedPart[]): Promise<void> {
    const { options, sum } = this;
    const columns = await this.schemas.of(parts);
    const groups = groupParts(parts, (version) => columns.get(version) ?? version, options);
    let merged = 0;
    for (const group of groups) {
      const made = options.dryRun ? { parts: group, bytes: 0 } : await this.compactGroup(folder, group);
      this.see(group.length);
      if (made === null) continue;
      merged++;
      sum.before += made.parts.length;
      sum.after++;
      sum.bytesBefore += made.parts.reduce((all, { bytes }) => all + bytes, 0);
      sum.bytesAfter += made.bytes;
      sum.rowsDropped += made.parts.reduce((all, part) => all + deadRows(part), 0);
    }
    if (merged > 0) sum.compacted++;
  }

  /** Returns the parts that were replaced, and the bytes of the one that replaces them. Null: there are too few. */
  private async compactGroup(folder: string, group: readonly PlacedPart[]) {
    const { dataset, tools, options } = this;
    const parts = await this.present(group);
    for (;;) {
      if (parts.length < options.minParts && parts.every((part) => deadRows(part) === 0)) return null;
      try {
        return { parts: [...parts], bytes: await this.replace(folder, parts) };
      } catch (error) {
        await deleteUnlisted(tools, dataset).catch(() => {});
        if (!(error instanceof PartUnreadable)) throw error;
        this.skip(error.path, error.message);
        parts.splice(
          parts.findIndex(({ path }) => path === error.path),
          1,
        );
      }
    }
  }

  /** The parts that are there, and have the size that the manifest says. */
  private async present(group: readonly PlacedPart[]): Promise<PlacedPart[]> {
    const stored = await this.tools.lake.stats(group.map(({ path }) => path));
    return group.filter(({ path, bytes }, i) => {
      const found = stored[i];
      if (found === null) this.skip(path, 'it is missing');
      else if (found.bytes !== bytes) this.skip(path, `it has ${found.bytes} bytes instead of ${bytes}`);
      return found?.bytes === bytes;
    });
  }

  private skip(path: string, reason: string): void {
    this.skipped.push({ path, reason });
  }

  /** Writes a part with the rows of these, and lists it instead of them. Returns its bytes. */
  private async replace(folder: string, parts: readonly PlacedPart[]): Promise<number> {
    const { dataset, pool } = this;
    const { lake } = this.tools;
    const [shared] = await noteShared(pool, dataset, [folder], null);
    crashPoint('compact.noted');
    const key = sharedStagingKey(dataset, shared.sharedId);
    const { version } = parts[0].chunks[0];
    const compression = (await storedDefinition(pool, version))?.lake.compression;
    const metadata = sharedMetadata(dataset, version, shared.sharedId);
    const merged = await mergeParts(openAhead(lake, parts), { lake, key, metadata, compression });
    const whole = { sharedId: shared.sharedId, ...merged };
    crashPoint('compact.staged');
    await inTransaction(pool, async (client) => {
      // From here on nobody takes this process for dead, and deletes the part.
      if (!(await listShared(client, [whole]))) throw new LandfallError('LF_COMPACT_LOST', { dataset });
      await lake.moveFrom(lake, key, shared.path);
      crashPoint('compact.published');
      await moveParts(client, dataset, whole, parts, this.options.keepSeconds);
      crashPoint('compact.moved');
    });
    crashPoint('compact.committed');
    return merged.bytes;
  }
}
