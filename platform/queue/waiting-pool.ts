/**
 * Connections to a server that may be away: who asks for one waits until it is back. BullMQ asks again at
 * once where it is refused, for as long as it is refused.
 *
 *   asked ─▶ connected        asked ─▶ refused ─▶ pause ─▶ asked        letGo: refused is refused
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { keepFromThrowing } from '../database/database.ts';
import { outageOf } from '../errors/outage.ts';

/** Pauses between attempts: the first, and the longest. */
const pausesMs = [100, 5_000] as const;

type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: () => void) => void;

export class WaitingPool extends pg.Pool {
  private waits = true;
  private readonly onOutage: (error: Error) => void;

  constructor(config: pg.PoolConfig, onOutage: (error: Error) => void) {
    super(config);
    this.onOutage = onOutage;
    keepFromThrowing(this);
    this.on('error', onOutage);
  }

  /** Waits no longer: the owner is closing. */
  letGo(): void {
    this.waits = false;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | undefined {
    const connecting = this.untilConnected();
    if (callback === undefined) return connecting;
    connecting.then(
      (client) => callback(undefined, client, () => client.release()),
      (error) => callback(error, undefined, () => {}),
    );
    return undefined;
  }

  private async untilConnected(): Promise<pg.PoolClient> {
    for (let pauseMs: number = pausesMs[0]; ; pauseMs = Math.min(pausesMs[1], pauseMs * 2)) {
      try {
        return await super.connect();
      } catch (error) {
        if (!this.waits || outageOf(error, { lakeUrl: '' }) === null) throw error;
        this.onOutage(error as Error);
        await delay(pauseMs * (0.75 + Math.random() / 4));
      }
    }
  }
}
