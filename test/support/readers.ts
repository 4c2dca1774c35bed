/** Readers that wait for no lock longer than 50 ms, except where the machine itself keeps everybody waiting. */
import pg from 'pg';

/** SQLSTATE: a lock was not available in time. */
const lockNotAvailable = '55P03';

/** On a machine that is not busy, a query of nothing takes less, in ms. */
const quietMs = 15;

/** How far back a stall may explain a wait, in ms. */
const lookBackMs = 200;

export class Readers {
  private readonly url: string;
  /** Queries of nothing that took long: when they ended. */
  private stalledAt = Number.NEGATIVE_INFINITY;
  private over = false;
  private readonly running: Promise<void>[] = [];

  constructor(url: string) {
    this.url = url;
    this.running.push(this.watch());
  }

  /** Repeats `read` on a connection of its own, from now on until `end`. It may have a transaction open when it fails. */
  start(read: (client: pg.Client) => Promise<void>): void {
    const reading = this.read(read);
    reading.catch(() => {});
    this.running.push(reading);
  }

  /** Throws what a reader has thrown. */
  async end(): Promise<void> {
    this.over = true;
    await Promise.all(this.running);
  }

  private async read(read: (client: pg.Client) => Promise<void>): Promise<void> {
    await this.connected(async (client) => {
      await client.query(`set lock_timeout = '50ms'`);
      while (!this.over) {
        try {
          await read(client);
        } catch (error) {
          const isLock = (error as { code?: string }).code === lockNotAvailable;
          if (!isLock || performance.now() - this.stalledAt > lookBackMs) throw error;
          await client.query('rollback');
        }
      }
    });
  }

  /** Asks for nothing: who has to wait for that waits for the machine. */
  private async watch(): Promise<void> {
    await this.connected(async (client) => {
      while (!this.over) {
        const began = performance.now();
        await client.query('select 1');
        await new Promise(setImmediate);
        if (performance.now() - began > quietMs) this.stalledAt = performance.now();
      }
    });
  }

  private async connected(work: (client: pg.Client) => Promise<void>): Promise<void> {
    const client = new pg.Client(this.url);
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  }
}
