/**
 * Connections to a server that may be away: who asks for one waits until the server is back. Without this,
 * BullMQ would ask again at once for as long as it is refused.
 *
 *   asked ─▶ connected        asked ─▶ refused ─▶ pause ─▶ asked        letGo: refused is refused
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { NamedPool, type OwnPoolConfig } from '../database/named.ts';
import { retryOf } from '../errors/retry.ts';

/** Pauses between attempts: the first, and the longest. */
const pausesMs = [100, 5_000] as const;

export class WaitingPool extends NamedPool {
  private waits = true;
  private readonly onOutage: (error: Error) => void;

  constructor(config: OwnPoolConfig, address: string, onOutage: (error: Error) => void) {
    super(config, address);
    this.onOutage = onOutage;
    this.on('error', onOutage);
  }

  /** Stops waiting: the owner is closing. */
  letGo(): void {
    this.waits = false;
  }

  protected override async connectNamed(): Promise<pg.PoolClient> {
    for (let pauseMs: number = pausesMs[0]; ; pauseMs = Math.min(pausesMs[1], pauseMs * 2)) {
      try {
        return await super.connectNamed();
      } catch (error) {
        if (!this.waits || retryOf(error) !== 'outage') throw error;
        this.onOutage(error as Error);
        await delay(pauseMs * (0.75 + Math.random() / 4));
      }
    }
  }
}
