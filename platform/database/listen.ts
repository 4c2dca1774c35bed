/**
 * Hearing a database's notifications. All who listen to one database in a process share a connection.
 *
 *   connecting ──▶ listening ──lost──▶ waiting ──firstRetryMs … lastRetryMs──▶ connecting
 *
 * Notifications sent while it is lost are gone: onReconnect lets the caller read the ledger again. Between
 * the two onOutage says, with every failed attempt, why it does not come about.
 */
import pg from 'pg';
import { keptClient } from './named.ts';

export interface Listening {
  /** Resolves when its channel is left; nothing is called afterwards. */
  close(): Promise<void>;
}

const firstRetryMs = 100;
const lastRetryMs = 5000;
/** A dead peer is noticed after this and answerMs: TCP alone may take ten minutes. */
const heartbeatMs = 30_000;
const answerMs = 10_000;

/** The connection of each database, by its address. */
const listeners = new Map<string, Listener>();

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
  const listener = listeners.get(databaseUrl) ?? new Listener(databaseUrl);
  listeners.set(databaseUrl, listener);
  const hearer = { channel, onNotify, onReconnect, onOutage, hears: false };
  try {
    await listener.add(hearer);
  } catch (error) {
    await listener.remove(hearer);
    throw error;
  }
  return { close: () => listener.remove(hearer) };
}

interface Hearer {
  readonly channel: string;
  readonly onNotify: (payload: string) => void;
  readonly onReconnect: () => void;
  readonly onOutage: (error: unknown) => void;
  /** Whether it has been told that it hears. */
  hears: boolean;
}

class Listener {
  private readonly databaseUrl: string;
  private readonly hearers = new Set<Hearer>();
  private client: pg.Client | null = null;
  private connecting: Promise<pg.Client> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private retryMs = firstRetryMs;
  private asked: Promise<unknown> = Promise.resolve();

  constructor(url: string) {
    this.databaseUrl = url;
  }

  async add(hearer: Hearer): Promise<void> {
    this.hearers.add(hearer);
    const client = await this.open();
    // The connection may have been there before.
    await this.ask(client, listenSql(hearer.channel));
    hearer.hears = true;
  }

  async remove(hearer: Hearer): Promise<void> {
    this.hearers.delete(hearer);
    if (this.hearers.size > 0) {
      if (this.client !== null && !this.channels().has(hearer.channel))
        await this.ask(this.client, `un${listenSql(hearer.channel)}`).catch(() => {});
      return;
    }
    if (listeners.get(this.databaseUrl) === this) listeners.delete(this.databaseUrl);
    if (this.timer) clearTimeout(this.timer);
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => {});
  }

  /** One statement after another. */
  private ask(client: pg.Client, sql: string): Promise<unknown> {
    const asked = this.asked.then(() => client.query(sql));
    this.asked = asked.catch(() => {});
    return asked;
  }

  private channels(): Set<string> {
    return new Set([...this.hearers].map(({ channel }) => channel));
  }

  private open(): Promise<pg.Client> {
    if (this.client !== null) return Promise.resolve(this.client);
    this.connecting ??= this.connect().finally(() => {
      this.connecting = null;
    });
    return this.connecting;
  }

  private async connect(): Promise<pg.Client> {
    const session = { name: 'landfall listen', queryMs: answerMs };
    const client = keptClient(this.databaseUrl, session, (lost) => this.lost(lost));
    client.on('notification', ({ channel, payload }) => {
      for (const hearer of this.hearers) if (hearer.channel === channel) hearer.onNotify(payload ?? '');
    });
    try {
      await client.connect();
      for (const channel of this.channels()) await this.ask(client, listenSql(channel));
      // All have left meanwhile.
      if (this.hearers.size === 0) throw new Error('nobody listens');
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    this.client = client;
    this.retryMs = firstRetryMs;
    this.beat(client);
    for (const hearer of this.hearers) if (hearer.hears) hearer.onReconnect();
    return client;
  }

  private beat(client: pg.Client): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.ask(client, 'select 1').then(
        () => this.client === client && this.beat(client),
        () => this.lost(client),
      );
    }, heartbeatMs);
    this.timer.unref();
  }

  private lost(client: pg.Client): void {
    if (this.client !== client) return;
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
      await this.open();
    } catch (error) {
      if (this.hearers.size === 0) return;
      this.wait();
      for (const { onOutage } of this.hearers) onOutage(error);
    }
  }
}

function listenSql(channel: string): string {
  return `listen ${pg.escapeIdentifier(channel)}`;
}
