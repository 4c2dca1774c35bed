/** A way to a server that can be cut, and on which nothing comes or goes any more, also in the middle of a request. */
import { createConnection, createServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

export interface Way {
  readonly port: number;
  /** For AWS_ENDPOINT_URL_S3. */
  readonly address: string;
  /** Keeps connections open, and passes no byte on any more: none of answers after the next `answerBytes`. */
  freeze(answerBytes?: number): void;
  thaw(): void;
  /** Resolves when something waits for a frozen way. */
  held(): Promise<void>;
  /** Connections since the way was made. */
  connections(): number;
  /** Ends all connections, and takes no others. */
  cut(): Promise<void>;
  fix(): Promise<void>;
}

export async function openWay(to: number): Promise<Way> {
  const sockets = new Set<Socket>();
  /** Bytes of answers that a frozen way still passes on; null: it is not frozen. */
  let left: number | null = null;
  let connections = 0;
  let whenHeld: (() => void) | undefined;
  let isHeld = false;

  /** Passes bytes on. Returns those that a frozen way keeps. */
  const pass = (bytes: Buffer, target: Socket, isAnswer: boolean): Buffer | null => {
    // The request of an answer that is to break off goes through.
    if (left === null || (!isAnswer && left > 0)) {
      target.write(bytes);
      return null;
    }
    const passed = isAnswer ? bytes.subarray(0, left) : bytes.subarray(0, 0);
    left -= passed.length;
    if (passed.length > 0) target.write(passed);
    return passed.length < bytes.length ? bytes.subarray(passed.length) : null;
  };
  const connect = (source: Socket, target: Socket, isAnswer: boolean) => {
    sockets.add(source);
    source.on('error', () => {});
    source.on('close', () => {
      sockets.delete(source);
      target.destroy();
    });
    source.on('data', (bytes: Buffer) => {
      const kept = pass(bytes, target, isAnswer);
      if (kept === null) return;
      source.pause();
      source.unshift(kept);
      isHeld = true;
      whenHeld?.();
    });
  };
  const way = createServer((client) => {
    connections++;
    const server = createConnection({ port: to, host: '127.0.0.1' });
    connect(client, server, false);
    connect(server, client, true);
  });
  const listen = (port: number) => new Promise<void>((resolve) => way.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = way.address() as { port: number };
  return {
    port,
    address: `http://127.0.0.1:${port}`,
    connections: () => connections,
    freeze(answerBytes = 0) {
      left = answerBytes;
      isHeld = false;
    },
    thaw() {
      left = null;
      for (const socket of sockets) socket.resume();
    },
    held: () =>
      new Promise((resolve) => {
        whenHeld = resolve;
        if (isHeld) resolve();
      }),
    fix: () => listen(port),
    cut: () =>
      new Promise((resolve) => {
        way.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const deafServer = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });`;

/** A port at which connections are neither accepted nor refused. */
export async function openDeafPort(): Promise<{ port: number; close(): Promise<void> }> {
  const thread = new Worker(deafServer, { eval: true });
  const port = await new Promise<number>((resolve) => thread.once('message', resolve));
  // The system answers for it until its queue is full.
  const waiting = Array.from({ length: 4 }, () =>
    createConnection({ port, host: '127.0.0.1' }).on('error', () => {}),
  );
  return {
    port,
    async close() {
      for (const socket of waiting) socket.destroy();
      await thread.terminate();
    },
  };
}
