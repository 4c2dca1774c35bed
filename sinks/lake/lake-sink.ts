/** The lake as a sink: parts in folders of their partitions, and rejects in quarantine. */
import type { LedgerReject } from '../../ledger/ledger.ts';
import type { Part } from '../../ledger/rows.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Batch } from '../../model/enrich/batch.ts';
import { allSettled } from '../../platform/all-settled.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { Staged, Storage } from '../../platform/storage/contract.ts';
import { rowsWritten } from '../all-sinks.ts';
import type {
  Account,
  ChunkToWrite,
  FileToCount,
  Sink,
  SinkChunk,
  SinkCount,
  SinkGroup,
  SinkKind,
} from '../contract.ts';
import type { RowLimit } from '../row-limits.ts';
import { auditLakeOf } from './audit-lake.ts';
import { type LakeChunk, openLakeChunk } from './lake-chunk.ts';
import { folderLimits } from './partition-path.ts';
import { QuarantinePart } from './quarantine.ts';
import { sweepLake } from './sweep-lake.ts';

/**
 * The most rejects in a quarantine part, apart from those of the turn that reaches it. Its encoder writes about
 * 10,000 per second: enough for what people look at, but not for a file that consists of rejects. The ledger has all
 * of them.
 */
const QUARANTINE_REJECTS = 10_000;

export class LakeKind implements SinkKind {
  readonly name = 'lake';
  readonly capabilities = { transactional: false };

  /** Every dataset is written to the lake. */
  takes(): boolean {
    return true;
  }

  ddl(): readonly string[] {
    return [];
  }

  limits(dataset: CompiledDataset): readonly RowLimit[] {
    return folderLimits(dataset);
  }
}

export class LakeSink extends LakeKind implements Sink {
  private readonly lake: Storage;

  constructor(lake: Storage) {
    super();
    this.lake = lake;
  }

  /** Nothing to do: folders are created with the objects in them. */
  async setUp(): Promise<void> {}

  async open(chunk: ChunkToWrite): Promise<SinkChunk> {
    return new LakeSinkChunk(this.lake, chunk, null);
  }

  openGroup(): SinkGroup {
    return new LakeGroup(this.lake);
  }

  async count(
    files: readonly FileToCount[],
    { recount }: { readonly recount: boolean },
  ): Promise<SinkCount[]> {
    const parts = files.map((file) => file.parts);
    const audits = await auditLakeOf(this.lake, parts, { footers: recount });
    return audits.map(({ rows, bytes, faults }, i) => {
      const manifest = parts[i].reduce((sum, part) => sum + part.rows, 0);
      const written = rowsWritten(this.name, files[i].chunks);
      return { rows, bytes, counts: { written, manifest, parts: rows }, faults };
    });
  }

  /** Nothing to do: the manifest is in the ledger, and parts that it does not list do not count. */
  async remove(): Promise<null> {
    return null;
  }

  sweep(file: { readonly fileId: number; readonly dataset: string }): Promise<void> {
    return sweepLake(this.lake, file);
  }
}

/** An object that waits in memory to be staged together with others. */
interface LakeObject {
  readonly key: string;
  readonly body: Uint8Array;
}

class LakeSinkChunk implements SinkChunk {
  /** The parts that wait in memory, for a chunk of a group. */
  readonly objects: LakeObject[] = [];
  private readonly group: Set<LakeSinkChunk> | null;
  private readonly parts: LakeChunk;
  private readonly quarantine: QuarantinePart;
  private readonly stopwatch: ChunkToWrite['stopwatch'];
  private rejects = 0;

  /** `group` stages small parts. The chunk belongs to it until it is aborted. */
  constructor(lake: Storage, chunk: ChunkToWrite, group: Set<LakeSinkChunk> | null) {
    const { dataset, file, chunkNumber, fencingToken, byteStart, byteEnd, stopwatch, signal } = chunk;
    const address = { lake, fileId: file.fileId, chunkNumber, fencingToken };
    const keep = group === null ? undefined : (part: LakeObject) => void this.objects.push(part);
    this.parts = openLakeChunk({ ...address, dataset, byteStart, byteEnd, keep, signal });
    const { name, version: definitionVersion } = dataset;
    this.quarantine = new QuarantinePart({ ...address, dataset: name, definitionVersion, file: file.name });
    this.stopwatch = stopwatch;
    this.group = group;
    group?.add(this);
  }

  async write(batch: Batch): Promise<void> {
    await this.parts.write(batch);
    this.stopwatch.lap('lake');
  }

  async writeRejects(rejects: readonly LedgerReject[]): Promise<void> {
    if (this.rejects < QUARANTINE_REJECTS) await this.quarantine.add(rejects);
    this.rejects += rejects.length;
  }

  async prepare(): Promise<Account> {
    const [parts] = await allSettled<readonly Part[]>([this.parts.finish(), this.finishQuarantine()]);
    const sum = (count: (part: Part) => number) => parts.reduce((all, part) => all + count(part), 0);
    return { rows: sum(({ rows }) => rows), bytes: sum(({ bytes }) => bytes), parts };
  }

  private async finishQuarantine(): Promise<readonly Part[]> {
    await this.quarantine.finish();
    crashPoint('quarantine.staged');
    return [];
  }

  async publish(): Promise<void> {
    await this.parts.publish();
    crashPoint('lake.parts-published');
    await this.quarantine.publish();
    crashPoint('quarantine.published');
  }

  async abort(): Promise<void> {
    this.group?.delete(this);
    await Promise.all([this.parts.abort(), this.quarantine.abort()]);
  }
}

/** Small parts of many chunks wait in memory, and are staged and published together. */
class LakeGroup implements SinkGroup {
  private readonly lake: Storage;
  private readonly chunks = new Set<LakeSinkChunk>();
  private staged: Staged | null = null;

  constructor(lake: Storage) {
    this.lake = lake;
  }

  async open(chunk: ChunkToWrite): Promise<SinkChunk> {
    return new LakeSinkChunk(this.lake, chunk, this.chunks);
  }

  async prepare(): Promise<void> {
    this.staged = await this.lake.stage([...this.chunks].flatMap(({ objects }) => objects));
  }

  async publish(): Promise<void> {
    await this.staged?.publish();
    this.staged = null;
    for (const chunk of this.chunks) await chunk.publish();
  }

  async abort(): Promise<void> {
    await this.staged?.discard();
    await Promise.all([...this.chunks].map((chunk) => chunk.abort()));
  }
}
