/**
 * A TCP proxy in front of one server for one client process, which can simulate network faults.
 *
 *   open ── refuse ──▶ refusing (does not listen; existing connections stay)
 *     │ ── stall ───▶ stalled  (accepts connections, but nothing passes until it is open again)
 *     └─── slow ────▶ slow     (each piece is delayed by some ms)
 *
 *   cut: connections are reset.   halfOpen: the clients' ends are reset, and the server is not told.
 */
import { createConnection, createServer, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** The client is gone and the server has not been told. */
  half: boolean;
}

export class Link {
  readonly name: string;
  port = 0;
  private readonly target: () => number;
  private readonly address: string;
  private readonly pairs = new Set<Pair>();
  private listener: Server | null = null;
  private stalled = false;
  private lateMs = 0;

  /** `target`: the server's port on this machine, asked for each connection. `address`: where the client finds it. */
  constructor(name: string, target: () => number, address = '127.0.0.1') {
    this.name = name;
    this.target = target;
    this.address = address;
  }

  /** Listens on a free port, or on the one it had before. */
  async open(): Promise<void> {
    if (this.listener) return;
    const listener = createServer({ pauseOnConnect: true }, (client) => this.connect(client));
    this.listener = listener;
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(this.port, this.address, resolve);
    });
    this.port = (listener.address() as { port: number }).port;
  }

  /** Stops listening. Existing connections stay. */
  refuse(): void {
    this.listener?.close();
    this.listener = null;
  }

  /** Resets all connections. */
  cut(): void {
    for (const { client, server } of this.pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    this.pairs.clear();
  }

  /** Nothing passes in either direction. */
  stall(): void {
    this.stalled = true;
    for (const { client, server } of this.pairs) {
      client.pause();
      server.pause();
    }
  }

  slow(ms: number): void {
    this.lateMs = ms;
  }

  /** Resets the clients' ends. The server's ends stay until `heal`. */
  halfOpen(): void {
    for (const pair of this.pairs) {
      pair.half = true;
      pair.client.resetAndDestroy();
    }
  }

  /** Everything passes again. Stalled connections resume; half-open ones end. */
  async heal(): Promise<void> {
    this.stalled = false;
    this.lateMs = 0;
    for (const { client, server, half } of this.pairs) {
      if (half) server.resetAndDestroy();
      client.resume();
      server.resume();
    }
    await this.open();
  }

  async close(): Promise<void> {
    this.refuse();
    this.cut();
  }

  private connect(client: Socket): void {
    const server = createConnection({ port: this.target(), host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    const pair: Pair = { client, server, half: false };
    this.pairs.add(pair);
    this.pass(client, server);
    this.pass(server, client);
    client.on('close', () => {
      if (pair.half) return;
      server.destroy();
      this.pairs.delete(pair);
    });
    server.on('close', () => {
      client.destroy();
      this.pairs.delete(pair);
    });
    if (!this.stalled) client.resume();
    else server.pause();
  }

  private pass(from: Socket, to: Socket): void {
    const write = (piece: Buffer) => {
      if (to.destroyed || to.write(piece)) return;
      from.pause();
      to.once('drain', () => this.stalled || from.resume());
    };
    // Pieces that are late. What comes after them waits, so that their order stays, also when the link heals.
    const late: Buffer[] = [];
    from.on('data', (piece) => {
      if (this.lateMs === 0 && late.length === 0) return write(piece);
      late.push(piece);
      from.pause();
      if (late.length > 1) return;
      setTimeout(() => {
        for (const one of late.splice(0)) write(one);
        if (from.readableEnded) end();
        else if (!this.stalled && !to.writableNeedDrain) from.resume();
      }, this.lateMs);
    });
    const end = () => !to.destroyed && to.end();
    from.on('end', () => late.length === 0 && end());
    from.on('error', () => {});
  }
}
