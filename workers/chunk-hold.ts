/**
 * A worker's hold on one chunk, from the job's start to its end, over as many tries as it takes.
 *
 *   (job) ─▶ taken ─▶ committed
 *              │ ▲──── taken again ◀── waiting (an outage)
 *              ├─▶ given back: the queue tries it again, here or elsewhere
 *              ├─▶ failed for good
 *              └─▶ taken over: by another worker, while this one was silent. Nothing it does counts any more.
 *
 * Whoever takes a chunk that was neither committed nor given back has lost a worker to it. A chunk that has
 * lost some is loaded with nothing beside it, so that only the chunk that kills its worker keeps counting;
 * one that has lost too many is given up.
 */

import type { Claim, ErrorDescription, Ledger } from '../ledger/ledger.ts';
import { LandfallError } from '../platform/errors/errors.ts';
import type { ChunkJob } from '../platform/queue/contract.ts';

/** Workers lost to a chunk after which it is loaded alone in its process. */
const suspectAfter = 2;

/** Workers lost to a chunk, or a scan, after which it is given up. LANDFALL_LOST_WORKERS is for tests. */
export const lostMost = Number(process.env.LANDFALL_LOST_WORKERS ?? 10);

let holds = 0;

export class ChunkHold {
  private readonly ledger: Ledger;
  private readonly job: ChunkJob;
  /** Names the process and this hold: the same process may be given a chunk again that it still has in flight. */
  private readonly holder: string;
  private taken = false;

  constructor(ledger: Ledger, job: ChunkJob, workerId: string) {
    this.ledger = ledger;
    this.job = job;
    this.holder = `${workerId}#${++holds}`;
  }

  /**
   * Takes the chunk: the first time from whoever has it, after that only if nobody has taken it over.
   * Null: there is nothing to do. Throws TakenOver, LF_CHUNK_KILLS.
   */
  async take(): Promise<Claim | null> {
    const { ledger, job } = this;
    const again = this.taken;
    const claim = await ledger.claimChunk(job.chunkId, this.holder, { again });
    if (claim === null && again) await this.refuseTakenOver();
    if (claim === null) return null;
    this.taken = true;
    if (claim.lost < lostMost) return claim;
    const { number: chunk, byteStart, byteEnd } = job;
    const where = { chunk, byteStart, byteEnd, file: claim.file.name };
    throw new LandfallError('LF_CHUNK_KILLS', { ...where, deaths: claim.lost });
  }

  /** Lets go of the chunk for a while, to take it again when the process has room for it. */
  async stepBack(): Promise<void> {
    await this.ledger.releaseChunk(this.job.chunkId, this.holder, { keeps: false });
    this.taken = false;
  }

  /** Says in the ledger why the next try waits. */
  async waits(error: ErrorDescription): Promise<void> {
    await this.ledger.releaseChunk(this.job.chunkId, this.holder, { error, keeps: true }).catch(() => {});
  }

  /** Lets the queue give the chunk to anyone. Where the ledger cannot be told, one lost worker is counted. */
  async giveBack(error?: ErrorDescription): Promise<void> {
    await this.ledger.releaseChunk(this.job.chunkId, this.holder, { error, keeps: false }).catch(() => {});
  }

  async fail(error: ErrorDescription): Promise<void> {
    await this.ledger.failChunk(this.job.chunkId, error, this.taken ? this.holder : undefined);
  }

  private async refuseTakenOver(): Promise<void> {
    const { fileId, chunkId } = this.job;
    const [file, chunks] = await Promise.all([this.ledger.file(fileId), this.ledger.chunks(fileId)]);
    const chunk = chunks.find((one) => one.chunkId === chunkId);
    if (file?.state === 'loading' && chunk?.state === 'planned') throw new TakenOver();
  }
}

/** Another worker has the chunk: this one must neither continue with it nor tell the queue that it is done. */
export class TakenOver extends Error {
  constructor() {
    super('another worker has taken the chunk over');
  }
}

/** A later claim holds the chunk, or one of a group, or its file has ended: what was done is thrown away. */
export class FencedOff extends Error {
  constructor() {
    super('some of it is not ours any more');
  }
}

/** Whether a chunk is to be loaded with nothing else in its process. */
export function isSuspect(claim: Claim): boolean {
  return claim.lost >= suspectAfter;
}
