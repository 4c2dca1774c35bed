/**
 * Hearing a database's notifications on a connection of its own.
 *
 *   connecting ──▶ listening ──lost──▶ waiting ──firstRetryMs … lastRetryMs──▶ connecting
 *
 * Notifications sent while it is lost are gone: onReconnect lets the caller read the ledger again. Between
 * the two onOutage says, with every failed attempt, why it does not come about.
 */
import pg from 'pg';
import { keptClient } from './named.ts';

export interface Listening {
  /** Resolves when the connection is closed; nothing is called afterwards. */
  close(): Promise<void>;
}

const firstRetryMs = 100;
const lastRetryMs = 5000;
/** A dead peer is noticed after this and answerMs: TCP alone may take ten minutes. */
const heartbeatMs = 30_000;
const answerMs = 10_000;

/**
 * Listens on `channel` until closed. Resolves when it hears.
 * @param onNotify called with each payload, in order
 * @param onReconnect called after the connection was lost and is there again
 * @throws LandfallError LF_DATABASE_… when the first connection fails; later failures are retried
 */
export async function listen(
  databaseUrl: string,
  channel: string,
  onNotify: (payload: string) => void,
  onReconnect: () => void,
  onOutage: (error: unknown) => void = () => {},
): Promise<Listening> {
  const listener = new Listener(databaseUrl, channel, { onNotify, onReconnect, onOutage });
  await listener.connect();
  return listener;
}

interface Hearers {
  readonly onNotify: (payload: string) => void;
  readonly onReconnect: () => void;
  readonly onOutage: (error: unknown) => void;
}

class Listener implements Listening {
  private readonly databaseUrl: string;
  private readonly channel: string;
  private readonly hearers: Hearers;
  private client: pg.Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private retryMs = firstRetryMs;
  private closed = false;

  constructor(url: string, channel: string, hearers: Hearers) {
    this.databaseUrl = url;
    this.channel = channel;
    this.hearers = hearers;
  }

  async connect(): Promise<void> {
    const session = { name: 'landfall listen', queryMs: answerMs };
    const client = keptClient(this.databaseUrl, session, (lost) => this.lost(lost));
    client.on('notification', ({ payload }) => {
      if (!this.closed && this.client === client) this.hearers.onNotify(payload ?? '');
    });
    this.client = client;
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(this.channel)}`);
    } catch (error) {
      this.client = null;
      await client.end().catch(() => {});
      throw error;
    }
    this.retryMs = firstRetryMs;
    this.beat(client);
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => {});
  }

  private beat(client: pg.Client): void {
    this.timer = setTimeout(() => {
      client.query('select 1').then(
        () => this.client === client && this.beat(client),
        () => this.lost(client),
      );
    }, heartbeatMs);
    this.timer.unref();
  }

  private lost(client: pg.Client): void {
    if (this.closed || this.client !== client) return;
    this.client = null;
    client.end().catch(() => {});
    this.wait();
  }

  private wait(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.reconnect(), this.retryMs * (0.5 + Math.random() / 2));
    this.retryMs = Math.min(lastRetryMs, this.retryMs * 2);
  }

  private async reconnect(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      if (this.closed) return;
      this.wait();
      return this.hearers.onOutage(error);
    }
    if (this.closed) await this.client?.end().catch(() => {});
    else this.hearers.onReconnect();
  }
}
