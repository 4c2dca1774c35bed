/** The lake as a sink: parts in folders of their partitions, and rejects in quarantine. */
import type pg from 'pg';
import type { LedgerReject, PreparedAccount } from '../../ledger/ledger.ts';
import type { Part } from '../../ledger/rows.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Batch } from '../../model/enrich/batch.ts';
import { allSettled } from '../../platform/all-settled.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { Staged, Storage } from '../../platform/storage/contract.ts';
import { groupOfSingles, rowsWritten } from '../all-sinks.ts';
import type {
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
import { LakeGroup } from './shared/lake-group.ts';
import { sweepLake } from './sweep-lake.ts';

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
  private readonly pool: pg.Pool;

  constructor(lake: Storage, pool: pg.Pool) {
    super();
    this.lake = lake;
    this.pool = pool;
  }

  /** Nothing to do: folders are created with the objects in them. */
  async setUp(): Promise<void> {}

  async open(chunk: ChunkToWrite): Promise<SinkChunk> {
    return new LakeSinkChunk(this.lake, chunk, null);
  }

  openGroup(dataset: CompiledDataset): SinkGroup {
    const { lake, pool } = this;
    return new LakeGroup({ lake, pool, dataset, quarantineOf: (chunk) => quarantineOf(lake, chunk) });
  }

  /** For chunks that are written again: each has its own parts, which wait in memory as far as they are small. */
  openRewrite(): SinkGroup {
    return groupOfSingles(async (chunk) => new LakeSinkChunk(this.lake, chunk, []));
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
  private readonly lake: Storage;
  private readonly objects: LakeObject[];
  private readonly parts: LakeChunk;
  private readonly quarantine: QuarantinePart;
  private readonly stopwatch: ChunkToWrite['stopwatch'];
  private staged: Staged | null = null;

  /** `objects`: takes the parts that are small, until the chunk is prepared. Null: they are staged one by one. */
  constructor(lake: Storage, chunk: ChunkToWrite, objects: LakeObject[] | null) {
    const { dataset, file, chunkNumber, fencingToken, byteStart, byteEnd, stopwatch, signal } = chunk;
    const address = { lake, fileId: file.fileId, chunkNumber, fencingToken };
    const keep = objects === null ? undefined : (part: LakeObject) => void objects.push(part);
    this.lake = lake;
    this.objects = objects ?? [];
    this.parts = openLakeChunk({ ...address, dataset, byteStart, byteEnd, keep, signal });
    this.quarantine = quarantineOf(lake, chunk);
    this.stopwatch = stopwatch;
  }

  async write(batch: Batch): Promise<void> {
    await this.parts.write(batch);
    this.stopwatch.lap('lake');
  }

  writeRejects(rejects: readonly LedgerReject[]): Promise<void> {
    return this.quarantine.add(rejects);
  }

  async prepare(): Promise<PreparedAccount> {
    const [parts] = await allSettled<readonly Part[]>([this.parts.finish(), this.finishQuarantine()]);
    if (this.objects.length > 0) this.staged = await this.lake.stage(this.objects);
    const sum = (count: (part: Part) => number) => parts.reduce((all, part) => all + count(part), 0);
    return { rows: sum(({ rows }) => rows), bytes: sum(({ bytes }) => bytes), parts };
  }

  private async finishQuarantine(): Promise<readonly Part[]> {
    await this.quarantine.finish();
    return [];
  }

  async publish(): Promise<void> {
    await this.staged?.publish();
    this.staged = null;
    await this.parts.publish();
    crashPoint('lake.parts-published');
    await this.quarantine.publish();
  }

  async abort(): Promise<void> {
    await Promise.all([this.staged?.discard(), this.parts.abort(), this.quarantine.abort()]);
    this.staged = null;
  }
}

function quarantineOf(lake: Storage, chunk: ChunkToWrite): QuarantinePart {
  const { file, chunkNumber, fencingToken } = chunk;
  const { name: dataset, version: definitionVersion } = chunk.dataset;
  const address = { lake, fileId: file.fileId, chunkNumber, fencingToken };
  return new QuarantinePart({ ...address, dataset, definitionVersion, file: file.name });
}
