/** The run's own PostgreSQL, which it can stop and start at any time. It is as durable as the embedded one: fsync is on. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type EmbeddedServer, openServer } from '../../platform/database/embedded/embedded-server.ts';
import { isAlive, processIdentity } from '../../platform/database/embedded/processes.ts';
import { childrenOf, send } from './unit.ts';

/** `fast`: ends sessions and makes a checkpoint. `at once`: like a reset of the machine. */
export type Ending = 'fast' | 'at once';

export class OwnPostgres {
  private readonly home: string;
  private readonly openings: EmbeddedServer[] = [];
  private pool: pg.Pool | null = null;
  private frozen: number[] = [];

  constructor(home: string) {
    this.home = home;
  }

  /** Starts it, and waits until it answers. */
  async start(): Promise<void> {
    this.openings.push(await openServer(this.home, { settings: { shared_buffers: '128MB' } }));
  }

  async end(ending: Ending): Promise<void> {
    const { pid } = this.server;
    const identity = processIdentity(pid);
    process.kill(pid, ending === 'fast' ? 'SIGINT' : 'SIGQUIT');
    while (identity !== null && isAlive(identity)) await delay(20);
  }

  get port(): number {
    return this.server.port;
  }

  /** Address of the database when reached through `port`. */
  url(port: number, address = '127.0.0.1'): string {
    const url = new URL(this.server.url);
    url.hostname = address;
    url.port = String(port);
    return url.href;
  }

  /** Freezes all its processes until `thaw`. */
  freeze(): void {
    const { pid } = this.server;
    send(pid, 'SIGSTOP');
    this.frozen = [...childrenOf(pid), pid];
    for (const one of this.frozen) send(one, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.frozen.splice(0)) send(pid, 'SIGCONT');
  }

  /** Queries it directly, not through a proxy. Rejects while it is down. */
  async query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    if (this.pool === null || this.pool.options.connectionString !== this.server.url) {
      await this.pool?.end();
      this.pool = new pg.Pool({
        connectionString: this.server.url,
        max: 4,
        application_name: 'soak',
        connectionTimeoutMillis: 5000,
        query_timeout: 60_000,
      });
      this.pool.on('error', () => {});
    }
    return (await this.pool.query<Row>(text, values)).rows;
  }

  /** A dedicated client for the duration of a check. */
  async client(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.server.url, application_name: 'soak' });
    await client.connect();
    return client;
  }

  /** Ends it like a reset of its machine. */
  kill(): void {
    this.thaw();
    if (this.openings.length > 0) send(this.server.pid, 'SIGQUIT');
  }

  async stop(): Promise<void> {
    await this.pool?.end();
    this.pool = null;
    for (const opening of this.openings.splice(0)) await opening.stop();
  }

  private get server(): EmbeddedServer {
    return this.openings[this.openings.length - 1];
  }
}
