/**
 * Connections whose errors say that it is the database that is away, and which one. Everything that talks to
 * PostgreSQL goes through these classes, so nobody has to guess from an errno where it came from. Errors
 * of a statement itself (a broken constraint, a missing table) stay as the driver throws them.
 *
 * SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import pg from 'pg';
import { type ErrorCode, LandfallError } from '../errors/errors.ts';
import { isNetworkError, reasonOf } from '../errors/network.ts';

/** The server stops, crashed or starts; or it is read-only after a failover. */
const serverAway = /^(08...|57P0[1235]|25P03|25006)$/;
/** To an attempt to connect: the database is closed, for maintenance perhaps (`allow_connections false`). */
const databaseClosed = '55000';
/** The server, the database or the role accepts no more connections. */
const tooManyConnections = /^53300$/;
/** The server lacks disk space, memory or another resource, or its disk fails. */
const serverLacks = /^(53...|58030)$/;

/** What the driver says, without a code, of a connection that is lost or cannot be opened. */
const connectionGone =
  /Connection terminated|timeout exceeded when trying to connect|connection error and is not queryable|Client was closed|Query read timeout/;

/** An outage as an error with a code; any other error as it is. */
export function databaseError(error: unknown, address: string): unknown {
  const code = outageCode(error);
  return code === null ? error : named(code, error, address);
}

/** The same for an attempt to connect: what is not an outage is a refusal. */
export function connectError(error: unknown, address: string): unknown {
  if (error instanceof LandfallError) return error;
  const closed = (error as { code?: string }).code === databaseClosed ? 'LF_DATABASE_LOST' : null;
  return named(outageCode(error) ?? closed ?? 'LF_DATABASE_REFUSED', error, address);
}

function named(code: ErrorCode, cause: unknown, address: string): LandfallError {
  return new LandfallError(code, { address, reason: reasonOf(cause) }, { cause });
}

function outageCode(error: unknown): ErrorCode | null {
  if (!(error instanceof Error) || error instanceof LandfallError) return null;
  const { code = '', message } = error as { code?: string; message: string };
  if (serverAway.test(code) || connectionGone.test(message) || isNetworkError(error))
    return 'LF_DATABASE_LOST';
  if (tooManyConnections.test(code)) return 'LF_DATABASE_CONNECTIONS';
  return serverLacks.test(code) ? 'LF_DATABASE_RESOURCES' : null;
}

/** What a statement with a callback, or a stream such as a COPY, is told of its failure. */
interface Submitted {
  submit?: unknown;
  handleError?(error: Error, connection: unknown): void;
}

type Callback = (error: Error | null | undefined, ...rest: unknown[]) => void;

/** A client whose errors are named: of `connect`, of every kind of statement, and the event `error`. */
export class NamedClient extends pg.Client {
  private get address(): string {
    return `${this.host}:${this.port}/${this.database}`;
  }

  // biome-ignore lint/suspicious/noExplicitAny: stands for both overloads of the driver.
  override connect(callback?: any): any {
    const tell = callback as Callback | undefined;
    if (tell !== undefined)
      return super.connect((error: Error | null, ...rest: unknown[]) =>
        tell(error && (connectError(error, this.address) as Error), ...rest),
      );
    return super.connect().catch((error: unknown) => {
      throw connectError(error, this.address);
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: stands for all overloads of the driver.
  override query(...args: any[]): any {
    const name = (error: unknown) => databaseError(error, this.address) as Error;
    const query = super.query as (...args: unknown[]) => unknown;
    const statement = args[0] as Submitted | string;
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

/** Time in which a server must accept a connection. */
const connectMs = 10_000;

/**
 * A client for a connection that is kept open, with TCP keepalive. `queryMs`: time in which a statement must end;
 * none by default. `onLost` is called when the connection fails or ends, and may be called more than once.
 */
export function keptClient(
  databaseUrl: string,
  { name, queryMs }: { readonly name: string; readonly queryMs?: number },
  onLost: (client: NamedClient) => void,
): NamedClient {
  const client = new NamedClient({
    connectionString: databaseUrl,
    application_name: name,
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
    keepAlive: true,
  });
  client.on('error', () => onLost(client));
  client.on('end', () => onLost(client));
  return client;
}

type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: () => void) => void;

/** A pool of such clients. */
export class NamedPool extends pg.Pool {
  private readonly address: string;

  constructor(config: pg.PoolConfig, address: string) {
    super({ ...config, Client: NamedClient as unknown as pg.PoolConfig['Client'] });
    this.address = address;
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

  /** Overridden where one waits for a server that is away. */
  protected async connectNamed(): Promise<pg.PoolClient> {
    try {
      return await super.connect();
    } catch (error) {
      throw connectError(error, this.address);
    }
  }
}
