/**
 * The lake's part of a group: the chunks have one part in each partition, which they share.
 *
 *   (rows in memory) ─▶ parts noted ─▶ encoded, staged ─▶ (listed, in the manifest) ─▶ in their places ─▶ (commit)
 *                                                └────────────── one transaction ──────────────┘
 *
 * No other attempt ever writes to their paths. What becomes of parts that are noted and not listed: see
 * ddl/migrations/0045-groups-share-parts.sql.
 */
import type pg from 'pg';
import type { PreparedAccount } from '../../../ledger/ledger.ts';
import type { WrittenPart } from '../../../ledger/rows.ts';
import {
  type GroupClaim,
  lockGivenUp,
  noteShared,
  type SharedPart,
  shareOf,
} from '../../../ledger/tables/lake/compaction.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import type { Batch } from '../../../model/enrich/batch.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import type { Staged, Storage } from '../../../platform/storage/contract.ts';
import type { ChunkToWrite, GroupAccounts, SinkChunk, SinkGroup } from '../../contract.ts';
import { partFolder } from '../partitions.ts';
import type { QuarantinePart } from '../quarantine.ts';
import { deleteNoted } from './delete-noted.ts';
import { GroupRows } from './group-rows.ts';
import { sharedMetadata } from './stored-part.ts';

export interface LakeGroupTools {
  readonly lake: Storage;
  readonly pool: pg.Pool;
  readonly dataset: CompiledDataset;
  /** Where the chunk's rejects go. */
  readonly quarantineOf: (chunk: ChunkToWrite) => QuarantinePart;
}

export class LakeGroup implements SinkGroup {
  readonly #tools: LakeGroupTools;
  readonly #rows: GroupRows;
  readonly #chunks = new Set<GroupChunk>();
  #noted: readonly SharedPart[] = [];
  #staged: Staged | null = null;

  constructor(tools: LakeGroupTools) {
    this.#tools = tools;
    this.#rows = new GroupRows(tools.dataset);
  }

  async open(chunk: ChunkToWrite): Promise<SinkChunk> {
    return new GroupChunk(chunk, this.#rows, this.#tools.quarantineOf(chunk), this.#chunks);
  }

  async prepare(): Promise<GroupAccounts> {
    const [first] = this.#chunks;
    const parts = new Map<number, WrittenPart[]>([...this.#chunks].map(({ chunkId }) => [chunkId, []]));
    const objects = await this.#encode(first.claim, parts);
    crashPoint('group.parts-noted');
    this.#staged = await this.#tools.lake.stage(objects);
    this.#rows.release();
    return new Map([...parts].map(([chunkId, own]) => [chunkId, accountOf(own)]));
  }

  /** Notes and encodes the parts, and adds to each chunk what it has in them. */
  async #encode(claim: GroupClaim, parts: ReadonlyMap<number, WrittenPart[]>) {
    const { pool, dataset } = this.#tools;
    const partitions = this.#rows.partitions();
    if (partitions.length === 0) return [];
    const folders = partitions.map(({ folder }) => partFolder(dataset.name, folder));
    this.#noted = await noteShared(pool, dataset.name, folders, claim);
    const objects: { key: string; body: Uint8Array }[] = [];
    for (const [i, partition] of partitions.entries()) {
      const { sharedId, path } = this.#noted[i];
      const metadata = sharedMetadata(dataset.name, dataset.version, sharedId);
      const body = await this.#rows.encode(partition, metadata);
      objects.push({ key: path, body });
      const rows = partition.shares.reduce((sum, share) => sum + share.rows, 0);
      const shared = { sharedId, rows, bytes: body.length };
      for (const { chunkId, rows } of partition.shares) {
        const own = { path: `s${sharedId}/${chunkId}`, rows, bytes: shareOf(shared, rows), shared };
        parts.get(chunkId)!.push(own);
      }
    }
    return objects;
  }

  async publish(): Promise<void> {
    await this.#staged?.publish();
    this.#staged = null;
    for (const chunk of this.#chunks) await chunk.publish();
  }

  async abort(): Promise<void> {
    await this.#staged?.discard();
    this.#staged = null;
    await Promise.all([...this.#chunks].map((chunk) => chunk.abort()));
    this.#rows.release();
    const noted = this.#noted;
    this.#noted = [];
    // If the server is down, the coordinator deletes them later.
    if (noted.length > 0)
      await deleteNoted(this.#tools, (client) => lockGivenUp(client, noted)).catch(() => {});
  }
}

function accountOf(parts: readonly WrittenPart[]): PreparedAccount {
  const sum = (count: (part: WrittenPart) => number) => parts.reduce((all, part) => all + count(part), 0);
  return { rows: sum(({ rows }) => rows), bytes: sum(({ bytes }) => bytes), parts };
}

class GroupChunk implements SinkChunk {
  readonly chunkId: number;
  readonly claim: GroupClaim;
  readonly #rows: GroupRows;
  readonly #quarantine: QuarantinePart;
  readonly #stopwatch: ChunkToWrite['stopwatch'];
  readonly #chunks: Set<GroupChunk>;

  /** `chunks`: those of the group; this one belongs to them until it is aborted. */
  constructor(
    { chunkId, fencingToken, stopwatch }: ChunkToWrite,
    rows: GroupRows,
    quarantine: QuarantinePart,
    chunks: Set<GroupChunk>,
  ) {
    this.chunkId = chunkId;
    this.claim = { chunkId, fencingToken };
    this.#rows = rows;
    this.#quarantine = quarantine;
    this.#stopwatch = stopwatch;
    this.#chunks = chunks;
    rows.begin(chunkId);
    chunks.add(this);
  }

  async write(batch: Batch): Promise<void> {
    this.#rows.write(batch);
    this.#stopwatch.lap('lake');
  }

  writeRejects(rejects: Parameters<QuarantinePart['add']>[0]): Promise<void> {
    return this.#quarantine.add(rejects);
  }

  /** Its bytes and parts are known when the group is prepared. */
  async prepare(): Promise<PreparedAccount> {
    await this.#quarantine.finish();
    return { rows: this.#rows.keep(), bytes: 0 };
  }

  publish(): Promise<void> {
    return this.#quarantine.publish();
  }

  async abort(): Promise<void> {
    if (!this.#chunks.delete(this)) return;
    this.#rows.drop(this.chunkId);
    await this.#quarantine.abort();
  }
}
