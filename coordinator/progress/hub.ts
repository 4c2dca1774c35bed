/**
 * The hub pushes changes to everyone who watches. Notifications of the ledger and ticks of the workers come in, and
 * one stream of numbered changes goes out (docs/progress.md).
 *
 *   ledger ──landfall_change──▶ reader ─▶ model ─▶ settle ─▶ number ─▶ ring ─▶ every client
 *   workers ──────ticks────────────────────▲
 *
 * Commits go out as soon as they are read. Ticks wait up to `tickMergeMs` for others, so that five hundred workers do
 * not cause a thousand messages a second, nor a thousand clients ten thousand. No timer here polls: each is set by an
 * event and fires once.
 */

import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import { changeChannel } from '../../ledger/ledger.ts';
import type { Registry } from '../../model/registry.ts';
import { listen } from '../../platform/database/listen.ts';
import { databaseOutage, type Outage } from '../../platform/errors/outage.ts';
import type {
  ChangeMessage,
  ChunkCommit,
  FileProgress,
  FreshnessReport,
  ProgressMessage,
  RejectSample,
  SnapshotMessage,
  SourceProgress,
  Tick,
} from '../../platform/progress/progress.ts';
import { started } from '../../platform/started.ts';
import type { UnknownFile } from '../../sources/contract.ts';
import { AttentionVersion } from './attention-version.ts';
import { ProgressClient } from './client.ts';
import { createLedgerReader, type Dirty } from './ledger-reader.ts';
import { keptRejects } from './merge.ts';
import { Outages } from './outages-shown.ts';
import { ChangeRing } from './ring.ts';
import type { ProgressLedger, RecentReject } from './source.ts';
import { ProgressModel, restMs } from './state.ts';
import { EndTimes } from './time-left.ts';
import { createUnknownFiles } from './unknown.ts';

/** Ticks within this time of each other go out as one change, in ms. For many clients they wait longer. */
const tickMergeMs = { least: 100, perClient: 0.4, most: 500 };
/** While nothing changes, clients are sent a beat this often, in ms. None waits longer than twice that for a message. */
const beatMs = 1500;
/** A worker that has not reported for this long is silent. */
const workerSilenceMs = 5000;
/** A silent worker is shown for so long after its last word. */
const silentShownMs = 600_000;

export interface HubOptions {
  readonly ledger: ProgressLedger;
  /** The ledger's database, for the connection that listens to its notifications. */
  readonly databaseUrl: string;
  readonly ticks: { subscribe(onTick: (tick: Tick) => void): Promise<void> };
  readonly log: { warn(details: object, message: string): void };
}

/** The last message that a client received before it was disconnected. */
export interface Resume {
  readonly epoch: string;
  readonly seq: number;
}

export interface Hub {
  /** Sends a socket the changes that it missed, or a snapshot, and from then on every change. */
  attach(socket: WebSocket, resume?: Resume): void;
  /** The same stream for a listener in this process: a snapshot at once, then every change. */
  subscribe(listener: (message: ProgressMessage) => void): () => void;
  snapshot(): SnapshotMessage;
  /** Sockets attached now. */
  watchers(): number;
  /** All files of unknown datasets that are in the landing folder now. */
  setUnknown(files: readonly UnknownFile[]): void;
  /** The current definitions. */
  setDefinitions(registry: Pick<Registry, 'names' | 'broken'>): void;
  /** Whether the files of each dataset are there that are expected. */
  setFreshness(reports: readonly FreshnessReport[]): void;
  /** Where the sources of all datasets stand. */
  setSources(sources: readonly SourceProgress[]): void;
  /** Calls `listener` when a run of a source has changed, or changes may have been missed. */
  onRuns(listener: () => void): void;
  /** The outage that `source`, a part of the coordinator, waits out; null when it is over. */
  setOutage(source: string, outage: Outage | null): void;
  /** Stops listening and closes every attached socket (1001, going away). */
  close(): Promise<void>;
}

/** Reads the ledger and subscribes to its changes. When it resolves, the hub is ready. */
export async function createHub(options: HubOptions): Promise<Hub> {
  return started(new ProgressHub(options));
}

/** How long a tick waits for others while so many clients watch, in ms: a message costs a system call for each. */
export function tickWaitMs(clients: number): number {
  const { least, perClient, most } = tickMergeMs;
  return Math.min(most, Math.max(least, perClient * clients));
}

class ProgressHub implements Hub {
  private readonly options: HubOptions;
  private readonly epoch = randomBytes(8).toString('hex');
  private seq = 0;
  private readonly model = new ProgressModel();
  private readonly ring = new ChangeRing();
  private readonly clients = new Map<WebSocket, ProgressClient>();
  private readonly listeners = new Set<(message: ProgressMessage) => void>();
  private readonly runListeners: (() => void)[] = [];
  private readonly silences = new Map<string, NodeJS.Timeout>();
  /** Of silent workers: when they are shown no longer. */
  private readonly forgettings = new Map<string, NodeJS.Timeout>();
  private readonly unknownFiles = createUnknownFiles();
  private readonly outages = new Outages((outages) => {
    this.model.applyOutages(outages);
    this.publish();
  });
  private readonly attention = new AttentionVersion(this.epoch, (version) => {
    this.model.applyAttention(version);
    this.publish();
  });
  /** Since when each part of the coordinator has waited. */
  private readonly waiting = new Map<string, string>();
  private readonly reader;
  private seenRejects: ReadonlySet<number> = new Set();
  /** The largest file id when the ledger was last read as a whole. */
  private knownFileId = 0;
  private tickTimer: NodeJS.Timeout | null = null;
  private restTimer: NodeJS.Timeout | null = null;
  private readonly beatTimer = setInterval(() => this.beat(), beatMs).unref();
  private hasSent = false;
  private snapshotText: { seq: number; text: string } | null = null;
  private subscription: { close(): Promise<void> } | null = null;
  private closed = false;

  constructor(options: HubOptions) {
    this.options = options;
    this.reader = createLedgerReader({
      read: (dirty) => this.read(dirty),
      onError: (error) => options.log.warn({ err: error }, 'the ledger could not be read; trying again'),
    });
  }

  async start(): Promise<void> {
    // Listens before the first read, so that anything that changes in between is read again.
    this.subscription = await listen(
      this.options.databaseUrl,
      changeChannel,
      (payload) => this.onNotify(payload),
      () => {
        this.setOutage('progress', null);
        this.reader.all();
        for (const listener of this.runListeners) listener();
      },
      (error) => this.setOutage('progress', databaseOutage(error)),
    );
    await this.options.ticks.subscribe((tick) => this.onTick(tick));
    await this.resync();
    await this.readAttention();
  }

  attach(socket: WebSocket, resume?: Resume): void {
    const client = new ProgressClient(socket, {
      snapshot: () => this.snapshotAsText(),
      maxPendingItems: () => this.model.size() + keptRejects,
    });
    this.clients.set(socket, client);
    socket.once('close', () => this.clients.delete(socket));
    const missed = resume?.epoch === this.epoch ? this.ring.since(resume.seq, this.seq) : null;
    if (missed === null) client.sendSnapshot();
    else for (const change of missed) client.sendChange(change);
  }

  subscribe(listener: (message: ProgressMessage) => void): () => void {
    this.listeners.add(listener);
    listener(this.snapshot());
    return () => this.listeners.delete(listener);
  }

  snapshot(): SnapshotMessage {
    const history = this.model.throughput();
    return { type: 'snapshot', epoch: this.epoch, seq: this.seq, state: this.model.state(), history };
  }

  watchers(): number {
    return this.clients.size;
  }

  setUnknown(files: readonly UnknownFile[]): void {
    this.model.applyUnknown(this.unknownFiles(files));
    this.publish();
  }

  setDefinitions(registry: Pick<Registry, 'names' | 'broken'>): void {
    const broken = registry.broken().map(({ dataset, file, error }) => ({ dataset, file, ...error }));
    this.model.applyDefinitions({ datasets: registry.names(), broken });
    this.publish();
  }

  setFreshness(reports: readonly FreshnessReport[]): void {
    this.model.applyFreshness(reports);
    this.publish();
  }

  setSources(sources: readonly SourceProgress[]): void {
    this.model.applySources(sources);
    this.publish();
  }

  onRuns(listener: () => void): void {
    this.runListeners.push(listener);
  }

  setOutage(source: string, outage: Outage | null): void {
    if (this.closed) return;
    if (outage === null) this.waiting.delete(source);
    else if (!this.waiting.has(source)) this.waiting.set(source, new Date().toISOString());
    const since = this.waiting.get(source) ?? '';
    this.outages.tell(source, outage === null ? [] : [{ ...outage, since }]);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.outages.close();
    this.attention.close();
    clearInterval(this.beatTimer);
    if (this.tickTimer) clearTimeout(this.tickTimer);
    if (this.restTimer) clearTimeout(this.restTimer);
    for (const silence of this.silences.values()) clearTimeout(silence);
    this.silences.clear();
    for (const forgetting of this.forgettings.values()) clearTimeout(forgetting);
    this.forgettings.clear();
    await this.reader.close();
    await this.subscription?.close();
    for (const socket of this.clients.keys()) socket.close(1001, 'the coordinator is stopping');
    this.clients.clear();
    this.listeners.clear();
  }

  private onNotify(payload: string): void {
    const { kind, ...change } = JSON.parse(payload) as {
      kind: string;
      fileId: number;
    } & Partial<ChunkCommit>;
    if (kind === 'mart') this.reader.marts();
    else if (kind === 'attention') this.reader.attention();
    else if (kind === 'run') for (const listener of this.runListeners) listener();
    else this.reader.file(change.fileId, 'chunkNumber' in change ? (change as ChunkCommit) : undefined);
  }

  private onTick(tick: Tick): void {
    if (this.closed) return;
    this.model.applyTick(tick);
    this.outages.tell(`worker ${tick.workerId}`, tick.left ? [] : (tick.outages ?? []));
    clearTimeout(this.forgettings.get(tick.workerId));
    this.forgettings.delete(tick.workerId);
    const silence = this.silences.get(tick.workerId);
    if (tick.left) {
      clearTimeout(silence);
      this.silences.delete(tick.workerId);
    } else if (silence) {
      silence.refresh();
    } else {
      this.silences.set(
        tick.workerId,
        setTimeout(() => this.onSilence(tick.workerId), workerSilenceMs),
      );
    }
    this.tickTimer ??= setTimeout(() => this.publish(), tickWaitMs(this.clients.size));
  }

  private onSilence(workerId: string): void {
    const heardAt = new Date(Date.now() - workerSilenceMs).toISOString();
    this.model.applySilence(workerId, heardAt);
    const forget = () => {
      this.forgettings.delete(workerId);
      this.model.forgetSilent(workerId);
      this.publish();
    };
    this.forgettings.set(workerId, setTimeout(forget, silentShownMs - workerSilenceMs).unref());
    this.outages.tell(`worker ${workerId}`, []);
    this.publish();
  }

  private async read(dirty: Dirty): Promise<void> {
    if (dirty.all) await this.resync();
    else if (dirty.fileIds.length > 0) await this.readFiles(dirty);
    if (dirty.marts && !dirty.all) await this.readMarts();
    if (dirty.attention || dirty.all) await this.readAttention();
  }

  private async readFiles({ fileIds, commits }: Dirty): Promise<void> {
    // An older file that is not in the state counts in the base totals, which it has just changed.
    if (fileIds.some((fileId) => fileId <= this.knownFileId && !this.model.has(fileId))) return this.resync();
    const rows = await this.options.ledger.fileProgress(fileIds);
    const found = new Set(rows.map((row) => row.fileId));
    const gone = fileIds.filter((fileId) => !found.has(fileId));
    this.knownFileId = Math.max(this.knownFileId, ...found);
    await this.learnEnds(rows);
    this.model.applyLedger(rows, gone, commits, Date.now());
    if (rows.some((row) => row.rows.rejected > 0))
      this.noteRejects(await this.options.ledger.recentRejects(keptRejects));
    this.publish();
  }

  private async readMarts(): Promise<void> {
    this.model.applyMarts(await this.options.ledger.failingMarts());
    this.publish();
  }

  private async readAttention(): Promise<void> {
    this.attention.renew(await this.options.ledger.refusedReports(), Date.now());
  }

  /** Reads everything again: at the start, and when notifications may have been missed. */
  private async resync(): Promise<void> {
    const { ledger } = this.options;
    const { files, base } = await ledger.recentProgress();
    const rejects = await ledger.recentRejects(keptRejects);
    this.model.applyMarts(await ledger.failingMarts());
    this.knownFileId = Math.max(0, ...files.map((file) => file.fileId));
    await this.learnEnds(files);
    this.model.resync(files, base);
    this.noteRejects(rejects);
    this.publish();
  }

  /** Files that are done say how long the ends of others will take. */
  private async learnEnds(files: readonly FileProgress[]): Promise<void> {
    const telling = EndTimes.telling(files);
    if (telling.length === 0) return;
    const spans = await this.options.ledger.loadSpans(telling.map(({ fileId }) => fileId));
    this.model.applySpans(telling, spans);
  }

  private noteRejects(recent: readonly RecentReject[]): void {
    const fresh = recent.filter((reject) => !this.seenRejects.has(reject.rejectId));
    this.seenRejects = new Set(recent.map((reject) => reject.rejectId));
    this.model.applyRejects(fresh.map(({ rejectId: _, ...sample }): RejectSample => sample));
  }

  /** Sends what has changed since the last time, if anything has. */
  private publish(): void {
    if (this.closed) return;
    if (this.tickTimer) clearTimeout(this.tickTimer);
    this.tickTimer = null;
    const body = this.model.settle(Date.now());
    if (body) this.send(body);
    this.rest();
  }

  private send(body: Omit<ChangeMessage, 'type' | 'epoch' | 'from' | 'seq'>): void {
    const message: ChangeMessage = {
      type: 'change',
      epoch: this.epoch,
      from: this.seq,
      seq: this.seq + 1,
      ...body,
    };
    this.seq = message.seq;
    this.hasSent = true;
    const change = { message, text: JSON.stringify(message) };
    this.ring.push(change);
    const bytes = Buffer.from(change.text);
    for (const client of this.clients.values()) client.sendChange(change, bytes);
    for (const listener of this.listeners) listener(message);
  }

  /** Says that this process is alive: a change of nothing, which moves no number. */
  private beat(): void {
    const { epoch, seq, hasSent } = this;
    this.hasSent = false;
    if (hasSent) return;
    const text = JSON.stringify({ type: 'change', epoch, from: seq, seq } satisfies ChangeMessage);
    for (const client of this.clients.values()) client.sendBeat(text);
  }

  /** Lets a displayed rate sink to zero, step by step, while nothing happens. */
  private rest(): void {
    if (!this.model.isMoving()) {
      if (this.restTimer) clearTimeout(this.restTimer);
      this.restTimer = null;
    } else if (this.restTimer) {
      this.restTimer.refresh();
    } else {
      this.restTimer = setTimeout(() => {
        this.restTimer = null;
        this.publish();
      }, restMs);
    }
  }

  private snapshotAsText(): string {
    if (this.snapshotText?.seq !== this.seq) {
      this.snapshotText = { seq: this.seq, text: JSON.stringify(this.snapshot()) };
    }
    return this.snapshotText.text;
  }
}
