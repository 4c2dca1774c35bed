/** A ledger to make progress in, and clients to watch it with. */
import { WebSocket } from 'ws';
import { Ledger, type LedgerFile } from '../../../ledger/ledger.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type {
  ChangeMessage,
  ChunkCommit,
  ProgressMessage,
  Tick,
} from '../../../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../../../platform/progress/progress-client.ts';
import type { ChunkJob } from '../../../platform/queue/contract.ts';
import type { TestDatabase } from '../../support/index.ts';

const definitionVersion = '00000000000000aa';
/** As much of it as is asked for. */
const definition = { columns: [{ name: 'region', logical: { kind: 'text' } }] };
const layout = {
  delimiter: ',',
  quote: '"',
  trim: false,
  encoding: 'utf-8',
  headerBytes: 0,
  header: ['region'],
  fieldCount: 1,
  fieldOfColumn: [0],
};

export const chunkBytes = 1000;

/** Files and chunks of a real ledger, moved on by hand. */
export class Yard {
  readonly ledger: Ledger;
  private readonly database: TestDatabase;
  private landed = 0;

  constructor(database: TestDatabase) {
    this.database = database;
    this.ledger = new Ledger(database.pool);
  }

  /** A file in state discovered, of `chunks` × 1000 bytes. */
  async land(chunks = 1): Promise<LedgerFile> {
    await this.ledger.saveDefinition(definitionVersion, 'trips', definition);
    const name = `file-${++this.landed}.csv`;
    const url = `file:///landing/trips/${name}`;
    const bytes = chunks * chunkBytes;
    return this.ledger.addFile({
      dataset: 'trips',
      name,
      url,
      scope: 'pool',
      origin: 'landing',
      bytes,
      fingerprint: '1',
    });
  }

  /** A file in state loading. */
  async plan(chunks = 1): Promise<{ file: LedgerFile; jobs: ChunkJob[] }> {
    const file = await this.land(chunks);
    const numbers = Array.from({ length: chunks }, (_, number) => number);
    const jobs = await this.ledger.planFile(file.fileId, {
      contentHash: `sha256:${file.fileId}`,
      definitionVersion,
      layout,
      chunks: numbers.map((number) => ({
        number,
        byteStart: number * chunkBytes,
        byteEnd: (number + 1) * chunkBytes,
        lineStart: number * 10 + 1,
      })),
    });
    return { file, jobs };
  }

  /** Ten rows of a chunk, `rejected` of them rejects, committed as a worker does. */
  async commit(job: ChunkJob, rejected = 0): Promise<void> {
    const claim = await this.ledger.claimChunk(job.chunkId, 'test');
    const rejects = Array.from({ length: rejected }, (_, i) => ({
      byteLength: 10,
      byteOffset: job.byteStart + i,
      line: i + 1,
      column: 'region',
      code: 'LF_REJECT_TYPE',
      message: 'not a region',
      raw: `row ${i}`,
    }));
    await inTransaction(this.database.pool, (client) =>
      this.ledger.commitChunk(client, {
        chunkId: job.chunkId,
        fileId: job.fileId,
        fencingToken: claim!.fencingToken,
        definitionVersion,
        rows: { parsed: 10, loaded: 10 - rejected, rejected, deduplicated: 0 },
        accounts: accountsOf(job, 10 - rejected),
        rejects,
      }),
    );
  }
}

/** What lake and star say of a chunk. */
function accountsOf(job: ChunkJob, rows: number) {
  const part = { path: `trips/f${job.fileId}-c${job.number}.parquet`, rows, bytes: 500 };
  return { lake: { rows, bytes: 500, parts: [part] }, star: { rows, bytes: 90 * rows } };
}

/** A commit of file 1, as it is announced. */
export function commitOf(chunkNumber: number): ChunkCommit {
  return { fileId: 1, chunkNumber, worker: 'w', tookMs: 1, rows: 2, rejected: 0 };
}

export function tickOf(tick: Partial<Tick> & { workerId: string }): Tick {
  return {
    host: 'here',
    pid: 1,
    startedAt: '2024-01-01T00:00:00.000Z',
    rssBytes: 1e8,
    cpu: 0.5,
    rowsPerSecond: 0,
    slots: [],
    ...tick,
  };
}

/** A WebSocket client that keeps what it was sent and waits for what it expects. */
export class Watcher {
  readonly messages: ProgressMessage[] = [];
  readonly socket: WebSocket;
  /** What a client that follows docs/progress.md knows. */
  view: ProgressView | null;
  private readonly waiting = new Set<() => void>();

  constructor(url: string, view: ProgressView | null = null) {
    this.view = view;
    this.socket = new WebSocket(url);
    this.socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as ProgressMessage;
      this.messages.push(message);
      const next = applyMessage(this.view, message);
      if (next === null)
        throw new Error(`a change that does not follow: ${message.seq} after ${this.view?.seq}`);
      this.view = next;
      for (const look of this.waiting) look();
    });
  }

  /** Those that change something. On a busy machine, beats come between any two. */
  get changes(): ChangeMessage[] {
    return this.changesAndBeats.filter(({ from, seq }) => from !== seq);
  }

  /** Those that say that nothing is new. */
  get beats(): ChangeMessage[] {
    return this.changesAndBeats.filter(({ from, seq }) => from === seq);
  }

  private get changesAndBeats(): ChangeMessage[] {
    return this.messages.filter((message) => message.type === 'change');
  }

  /** Resolves when the view fulfils `condition`, now or after some message. */
  until(condition: (view: ProgressView) => boolean): Promise<ProgressView> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.view === null || !condition(this.view)) return;
        this.waiting.delete(look);
        resolve(this.view);
      };
      this.waiting.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.terminate();
    await closed;
  }
}
