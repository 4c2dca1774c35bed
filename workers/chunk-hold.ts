/**
 * A worker's hold on one chunk, from the beginning of the job to its end, over any number of attempts.
 *
 *   (job) ─▶ taken ─▶ committed
 *              │ ▲──── taken again ◀── waiting (an outage)
 *              ├─▶ given back: the queue tries it again, here or elsewhere
 *              ├─▶ failed for good
 *              └─▶ taken over: by another worker, while this one was silent. Nothing it does counts any more.
 *
 * A worker that takes a chunk which was neither committed nor given back counts one lost worker for it. A chunk with
 * some lost workers is loaded alone in its process, so that only the chunk that kills its worker continues to count.
 * A chunk with too many is given up.
 */

import type { Claim, ErrorDescription, Ledger } from '../ledger/ledger.ts';
import { lostMost } from '../ledger/tables/chunks.ts';
import { LandfallError } from '../platform/errors/errors.ts';
import type { ChunkJob } from '../platform/queue/contract.ts';

/** The number of lost workers after which a chunk is loaded alone in its process. */
const suspectAfter = 2;

/** Claims of a chunk that are reported: so many, and each time that they have doubled. Whatever the reason for them is. */
const manyClaims = 8;

let holds = 0;

export class ChunkHold {
  private readonly ledger: Ledger;
  private readonly job: ChunkJob;
  /** Identifies the process and this hold. A process may be given a chunk that it still has in flight. */
  private readonly holder: string;
  private readonly onManyClaims: (claims: number) => void;
  private taken = false;

  constructor(
    ledger: Ledger,
    job: ChunkJob,
    workerId: string,
    onManyClaims: (claims: number) => void = () => {},
  ) {
    this.ledger = ledger;
    this.job = job;
    this.onManyClaims = onManyClaims;
    this.holder = `${workerId}#${++holds}`;
  }

  /**
   * Takes the chunk: the first time from any holder, later only if no other worker has taken it over. Null if there
   * is nothing to do. Throws TakenOver, LF_CHUNK_KILLS.
   */
  async take(): Promise<Claim | null> {
    const { ledger, job } = this;
    const again = this.taken;
    const claim = await ledger.claimChunk(job.chunkId, this.holder, { again });
    if (claim === null && again) await this.refuseTakenOver();
    if (claim === null) return null;
    this.taken = true;
    if (isMany(claim.fencingToken)) this.onManyClaims(claim.fencingToken);
    if (claim.lost < lostMost) return claim;
    const { number: chunk, byteStart, byteEnd } = job;
    const where = { chunk, byteStart, byteEnd, file: claim.file.name };
    throw new LandfallError('LF_CHUNK_KILLS', { ...where, deaths: claim.lost });
  }

  /** Releases the chunk for a while, and takes it again when the process has room for it. */
  async stepBack(): Promise<void> {
    await this.ledger.releaseChunk(this.job.chunkId, this.holder, { keeps: false });
    this.taken = false;
  }

  /** Records in the ledger why the next attempt waits. */
  async waits(error: ErrorDescription): Promise<void> {
    await this.ledger.releaseChunk(this.job.chunkId, this.holder, { error, keeps: true }).catch(() => {});
  }

  /** Lets the queue give the chunk to any worker. If the ledger cannot be reached, one lost worker is counted. */
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

/** Another worker has the chunk. This one must neither continue with it nor tell the queue that it is done. */
export class TakenOver extends Error {
  constructor() {
    super('another worker has taken over the chunk');
  }
}

/** A later claim has the chunk, or one of a group, or its file has ended. The work is discarded. */
export class FencedOff extends Error {
  constructor() {
    super('another claim has taken some of it over');
  }
}

/** 8, 16, 32 … */
function isMany(claims: number): boolean {
  return claims >= manyClaims && Number.isInteger(Math.log2(claims / manyClaims));
}

/** Whether a chunk must be loaded alone in its process. */
export function isSuspect(claim: Claim): boolean {
  return claim.lost >= suspectAfter;
}
