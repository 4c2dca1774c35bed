/**
 * Connections whose errors say that it is the database that is away, and which one. Everything that talks to
 * PostgreSQL goes through these classes, so nobody has to guess from an errno where it came from. Errors
 * of a statement itself (a broken constraint, a missing table) stay as the driver throws them.
 *
 * SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type ErrorCode, LandfallError } from '../errors/errors.ts';
import { isNetworkError, isUntrusted, reasonOf } from '../errors/network.ts';
import { poolerCode, saidByPooler } from './pooler.ts';
import { privilegeError } from './privileges.ts';
import { type SessionFacts, sessionSql } from './session-settings.ts';

/** The server stops, crashed or starts; or it is read-only after a failover. */
const serverAway = /^(08...|57P0[1235]|25P03|25006)$/;
/** To an attempt to connect: the database is closed, for maintenance perhaps (`allow_connections false`). */
const databaseClosed = '55000';
/** The server, the database or the role accepts no more connections. */
const tooManyConnections = /^53300$/;
/** landfall.hold_term() in a session of a coordinator that leads no more. */
const termOver = 'LF001';
/** The server lacks disk space, memory or another resource, or its disk fails. */
const serverLacks = /^(53...|58030)$/;

/** What the driver says, without a code, of a connection that is lost or cannot be opened. */
const connectionGone =
  /Connection terminated|timeout expired|timeout exceeded when trying to connect|connection error and is not queryable|Client was closed|Query read timeout/;

/** What the driver says where the address asks for TLS. */
const noTls = 'The server does not support SSL connections';

/** An outage as an error with a code; any other error as it is. */
export function databaseError(error: unknown, address: string): unknown {
  const code = outageCode(error);
  return code === null ? error : named(code, error, address);
}

/** The same for an attempt to connect: what is not an outage is a refusal. */
export function connectError(error: unknown, address: string): LandfallError {
  if (error instanceof LandfallError) return error;
  const closed = (error as { code?: string }).code === databaseClosed ? 'LF_DATABASE_LOST' : null;
  const untrusted = isUntrusted(error) || reasonOf(error) === noTls ? 'LF_DATABASE_TLS' : null;
  return named(outageCode(error) ?? closed ?? untrusted ?? 'LF_DATABASE_REFUSED', error, address);
}

function named(code: ErrorCode, cause: unknown, address: string): LandfallError {
  return new LandfallError(code, { address, reason: reasonOf(cause) }, { cause });
}

function outageCode(error: unknown): ErrorCode | null {
  if (!(error instanceof Error) || error instanceof LandfallError) return null;
  const { code = '', message } = error as { code?: string; message: string };
  if (code === saidByPooler) return poolerCode(message);
  if (serverAway.test(code) || connectionGone.test(message) || isNetworkError(error))
    return 'LF_DATABASE_LOST';
  if (code === termOver) return 'LF_COORDINATOR_REPLACED';
  if (tooManyConnections.test(code)) return 'LF_DATABASE_CONNECTIONS';
  return serverLacks.test(code) ? 'LF_DATABASE_RESOURCES' : null;
}

/** What a statement with a callback, or a stream such as a COPY, is told of its failure. */
interface Submitted {
  readonly text: string;
  submit?: unknown;
  handleError?(error: Error, connection: unknown): void;
}

type Callback = (error: Error | null | undefined, ...rest: unknown[]) => void;

/**
 * A client whose errors are named: of `connect`, of every kind of statement, and the event `error`. A connection that
 * breaks while no statement is under way emits an error. It ends no process, also where nobody listens yet: a pool does
 * only once the client is connected. The next statement fails.
 */
export class NamedClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
  }

  protected get address(): string {
    return `${this.host}:${this.port}/${this.database}`;
  }

  /** The error of a statement by its name. */
  protected named(error: unknown, _statement: string): unknown {
    return databaseError(error, this.address);
  }

  /** The error of an attempt to connect by its name. */
  protected namedAtConnect(error: unknown): LandfallError {
    return connectError(error, this.address);
  }

  // biome-ignore lint/suspicious/noExplicitAny: stands for both overloads of the driver.
  override connect(callback?: any): any {
    const tell = callback as Callback | undefined;
    const connecting = this.begin().catch((error: unknown) => {
      throw this.namedAtConnect(error);
    });
    if (tell === undefined) return connecting;
    connecting.then(
      () => tell(null),
      (error) => tell(error),
    );
  }

  /** Connects, and makes the session what its owner expects. Fails when the client is ended meanwhile. */
  protected async begin(): Promise<void> {
    // The driver leaves who waits for a connection without an answer once end() was called.
    const ended = new Promise<never>((_, reject) => {
      this.once('end', () => reject(new Error('Connection terminated')));
    });
    await Promise.race([super.connect(), ended]);
  }

  /** Ends the connection at once, also one that is not there yet; the server cancels its statement. */
  abandon(): void {
    const { connection } = this as unknown as { connection: { stream: { destroy(): void } } };
    connection.stream.destroy();
  }

  // biome-ignore lint/suspicious/noExplicitAny: stands for all overloads of the driver.
  override query(...args: any[]): any {
    const statement = args[0] as Submitted | string;
    const text = typeof statement === 'string' ? statement : statement.text;
    const name = (error: unknown) => this.named(error, text) as Error;
    const query = super.query as (...args: unknown[]) => unknown;
    const callback = args.at(-1) as Callback | unknown;
    if (typeof statement === 'object' && typeof statement.submit === 'function') {
      const tell = statement.handleError?.bind(statement);
      statement.handleError = (error, connection) => tell?.(name(error), connection);
      return query.apply(this, args);
    }
    if (typeof callback === 'function') {
      const tell: Callback = (error, ...rest) => callback(error && name(error), ...rest);
      return query.apply(this, [...args.slice(0, -1), tell]);
    }
    return (query.apply(this, args) as Promise<unknown>).catch((error: unknown) => {
      throw name(error);
    });
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    return event === 'error'
      ? super.emit(event, databaseError(args[0], this.address))
      : super.emit(event, ...args);
  }
}

/** After this without a packet the kernel asks whether the server is there: by default after two hours. In ms. */
const keepAliveInitialDelayMillis = 10_000;

export interface OwnClientConfig extends pg.ClientConfig {
  /** The schema in which names without one are looked up. Default: as the server has it by default. */
  readonly searchPath?: string;
}

/** A client of the database that holds star and ledger. Databases of sources have settings of their own. */
export class OwnClient extends NamedClient {
  /** As in SessionFacts. */
  private role: string;
  private readonly searchPath: string | undefined;
  /** As in SessionFacts, when it is connected. */
  connections = 0;
  /** Whether there is a pooler between it and the server, when it is connected. */
  isPooled = false;

  constructor(config: OwnClientConfig) {
    super({ keepAlive: true, keepAliveInitialDelayMillis, ...config });
    this.role = this.user ?? '';
    this.searchPath = config.searchPath;
  }

  protected override async begin(): Promise<void> {
    await super.begin();
    try {
      const results = await this.query(sessionSql(this.searchPath));
      this.check(results.at(-1).rows[0]);
    } catch (error) {
      // It is connected, and whoever is told of the error has no client to end.
      this.end().catch(() => {});
      throw error;
    }
  }

  /** The address of this host from which it is connected; that of the host itself if the server is on it. */
  get localAddress(): string {
    const { connection } = this as unknown as { connection: { stream: { localAddress?: string } } };
    return connection.stream.localAddress ?? '127.0.0.1';
  }

  private check({ role, encoding, connections, pid }: SessionFacts): void {
    this.role = role;
    this.connections = connections;
    this.isPooled = (this as unknown as { processID: number }).processID !== pid;
    if (encoding !== 'UTF8') throw encodingError(encoding, this.address, this.database);
  }

  protected override named(error: unknown, statement: string | null): unknown {
    const { address, role, searchPath: schema = 'public' } = this;
    return privilegeError(error, statement, { address, role, schema }) ?? super.named(error, statement ?? '');
  }

  protected override namedAtConnect(error: unknown): LandfallError {
    return super.namedAtConnect(this.named(error, null));
  }
}

/** A database whose texts cannot hold every character, or are not known to be any. */
function encodingError(encoding: string, address: string, name?: string): LandfallError {
  const database = pg.escapeIdentifier(`${name}_utf8`);
  return new LandfallError('LF_DATABASE_ENCODING', { address, encoding, database });
}

/** Time in which a server must accept a connection. */
const connectMs = 10_000;

/**
 * A client for a connection that is kept open. `queryMs`: time in which a statement must end; none by default.
 * `onLost` is called when the connection fails or ends, and may be called more than once.
 */
export function keptClient(
  databaseUrl: string,
  { name, queryMs }: { readonly name: string; readonly queryMs?: number },
  onLost: (client: OwnClient) => void,
): OwnClient {
  const client = new OwnClient({
    connectionString: databaseUrl,
    application_name: name,
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
  });
  client.on('error', () => onLost(client));
  client.on('end', () => onLost(client));
  return client;
}

/** How long NamedPool.reopenWith waits for a server that may be away. */
const reopenMs = 1_000;

type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: () => void) => void;

export interface OwnPoolConfig extends pg.PoolConfig, OwnClientConfig {
  /** Connections at most. */
  readonly max: number;
  /** Connections at most where the role may have few: what the pool needs to make progress. Default: `max`. */
  readonly maxOfFew?: number;
}

/**
 * A role that may have fewer sessions than this gets small pools. A coordinator and two workers that keep their queue in
 * PostgreSQL have 31 at most: 10 for the ledger, a lock, one to listen, 5 for the queue, and 7 for each worker. With small
 * pools they have 17: 3, 1, 1 and 2, and 5 for each worker; as many as a server with max_connections of 20 has for them.
 */
const fewConnections = 40;

/** What pg-pool says where none of its connections has become free in time, and where a new one was not there in time. */
const poolIsBusy = 'timeout exceeded when trying to connect';
const connectedLate = 'Connection terminated due to connection timeout';

/** A pool of such clients. It emits what an idle connection does that breaks, which ends no process either. */
export class NamedPool extends pg.Pool {
  private readonly address: string;
  private readonly opened = new WeakMap<pg.PoolClient, string>();
  private opening = '';
  /** Whether there is a pooler between it and the server. False until it has connected. */
  isPooled = false;
  /** How many more there may be than at first. Null: the first connection has said whether there may. */
  private more: number | null;

  constructor(config: OwnPoolConfig, address: string) {
    const { max, maxOfFew = max } = config;
    super({ ...config, max: maxOfFew, Client: OwnClient as unknown as pg.PoolConfig['Client'] });
    this.on('error', () => {});
    this.address = address;
    this.more = max - maxOfFew;
  }

  /** Somebody keeps one of its connections. */
  widen(): void {
    this.options.max += 1;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | undefined {
    const connecting = this.connectNamed();
    if (callback === undefined) return connecting;
    connecting.then(
      (client) => callback(undefined, client, (release?: boolean | Error) => client.release(release)),
      (error) => callback(error, undefined, () => {}),
    );
    return undefined;
  }

  /** From now on, every session runs these statements before anything else. What they throw, whoever asks is told. */
  openWith(statements: string): void {
    this.opening = statements;
  }

  /** As openWith. Resolves when sessions that nobody uses have run the statements, or after a second. */
  async reopenWith(statements: string): Promise<void> {
    this.openWith(statements);
    const idle = Array.from({ length: this.idleCount }, () => this.connect().catch(() => null));
    const opened = Promise.all(idle).then((clients) => clients.forEach((client) => void client?.release()));
    await Promise.race([opened, delay(reopenMs, undefined, { ref: false })]);
  }

  /** Overridden where one waits for a server that is away. */
  protected async connectNamed(): Promise<pg.PoolClient> {
    try {
      const client = await super.connect();
      this.size(client as unknown as OwnClient);
      return await this.open(client);
    } catch (error) {
      const busy = this.busyReason(error);
      if (busy === null) throw connectError(error, this.address);
      const values = { address: this.address, reason: busy };
      throw new LandfallError('LF_DATABASE_CONNECTIONS', values, { cause: error });
    }
  }

  private size({ connections, isPooled }: OwnClient): void {
    if (this.more === null) return;
    this.isPooled = isPooled;
    if (connections >= fewConnections) this.options.max += this.more;
    this.more = null;
  }

  /** Why there is no connection though the server is there. Null for any other error. */
  private busyReason(error: unknown): string | null {
    const { message } = error as Error;
    const { max, connectionTimeoutMillis = 0 } = this.options;
    const seconds = connectionTimeoutMillis / 1000;
    if (message === poolIsBusy && this.totalCount >= max)
      return `none of the ${max} that this process uses has become free in ${seconds} s`;
    const isLate = this.isPooled && message === connectedLate;
    return isLate ? `the pooler in front of it has had no session in ${seconds} s` : null;
  }

  private async open(client: pg.PoolClient): Promise<pg.PoolClient> {
    const { opening, opened } = this;
    if (opening === '' || opened.get(client) === opening) return client;
    try {
      await client.query(opening);
    } catch (error) {
      client.release(true);
      throw error;
    }
    opened.set(client, opening);
    return client;
  }
}

/** A pool that is known as one of the driver's. */
export function namedPool(pool: pg.Pool): NamedPool {
  if (!(pool instanceof NamedPool)) throw new TypeError('not a NamedPool');
  return pool;
}
