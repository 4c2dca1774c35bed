/**
 * Dumps by pg_dump 18, as SQL: the program of the system's packages, or the same as WebAssembly, from the package
 * @electric-sql/pglite-tools. That one knows no sockets: it calls for bytes, and a thread of its own has the connection.
 */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { programOf, versions } from './system-server.ts';

const moduleName = '@electric-sql/pglite-tools/pg_dump';
/** Whether there is a pg_dump 18. */
export const canDump = versions.includes('18') || hasModule();

function hasModule(): boolean {
  try {
    createRequire(import.meta.url).resolve(moduleName);
    return true;
  } catch (cause) {
    if (process.env.LANDFALL_TEST_STRICT === '1') throw cause;
    console.error(`\nSKIPPING dumps of PostgreSQL 18: ${moduleName} is not installed\n`);
    return false;
  }
}

/** The database as SQL that a client can run, with rows as inserts. */
export async function dumped(url: string): Promise<string> {
  const sql = versions.includes('18')
    ? execFileSync(programOf('18', 'pg_dump'), ['--inserts', url], { encoding: 'utf8', maxBuffer: 2 ** 30 })
    : await dumpedByModule(url);
  // Lines for psql.
  return sql.replaceAll(/^\\(?:un)?restrict .*\n/gm, '');
}

/** What the module calls of a PGlite. */
interface Server {
  query(sql: string): Promise<{ rows: { search_path: string }[] }>;
  exec(sql: string): Promise<void>;
  /** Sends bytes of the protocol, and passes on what is answered before it returns. */
  execProtocolRawStream(bytes: Uint8Array, to: { onRawData(bytes: Uint8Array): void }): void;
}

interface DumpModule {
  pgDump(options: { pg: Server; args: string[] }): Promise<Blob>;
}

const answerMost = 64 * 1024 * 1024;
/** The server answers at once. */
const answerMs = 60_000;

async function dumpedByModule(url: string): Promise<string> {
  const { pgDump } = (await import(moduleName)) as DumpModule;
  const length = new Int32Array(new SharedArrayBuffer(4));
  const answer = new Uint8Array(new SharedArrayBuffer(answerMost));
  const thread = new Worker(connection, { eval: true, workerData: { url, length, answer } });
  const pg: Server = {
    query: async () => ({ rows: [{ search_path: '' }] }),
    exec: async () => {},
    execProtocolRawStream(bytes, { onRawData }) {
      Atomics.store(length, 0, -1);
      thread.postMessage(bytes.slice());
      const woken = Atomics.wait(length, 0, -1, answerMs);
      if (woken === 'timed-out') throw new Error('the server does not answer pg_dump');
      if (length[0] > 0) onRawData(answer.slice(0, length[0]));
    },
  };
  try {
    return await (await pgDump({ pg, args: [] })).text();
  } finally {
    await thread.terminate();
  }
}

/**
 * Connects as the URL says, and answers the first message as a server does that asks for no password. Sends the others, and
 * answers those that want an answer (a query, a sync) once the server is ready for the next.
 * https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
const connection = `
const { parentPort, workerData } = require('node:worker_threads');
const { url, length, answer } = workerData;
const none = Buffer.alloc(0);
let [unsent, unread, used, due, isFirst] = [none, none, 0, 0, true];
const answered = () => {
  Atomics.store(length, 0, used);
  used = 0;
  Atomics.notify(length, 0);
};
const take = (bytes) => {
  answer.set(bytes, used);
  used += bytes.length;
};
const message = (kind, body) => {
  const head = Buffer.from(kind + '    ');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
};
const client = new (require('pg').Client)(url);
const settings = [];
client.on('error', () => {});
client.connection.on('parameterStatus', (one) => settings.push([one.parameterName, one.parameterValue]));
const ready = client.connect().then(() => {
  const { stream } = client.connection;
  stream.removeAllListeners('data').on('data', (bytes) => {
    take(bytes);
    unread = Buffer.concat([unread, bytes]);
    while (unread.length >= 5 && unread.length > unread.readInt32BE(1)) {
      if (unread[0] === 'Z'.charCodeAt(0)) due--;
      unread = unread.subarray(1 + unread.readInt32BE(1));
    }
    if (due === 0) answered();
  });
  return stream;
});
parentPort.on('message', async (bytes) => {
  const stream = await ready;
  unsent = Buffer.concat([unsent, bytes]);
  for (;;) {
    const head = isFirst ? 0 : 1;
    if (unsent.length < head + 4 || unsent.length < head + unsent.readInt32BE(head)) break;
    const end = head + unsent.readInt32BE(head);
    if (isFirst) {
      take(message('R', Buffer.alloc(4)));
      for (const setting of settings) take(message('S', Buffer.from(setting.join('\\0') + '\\0')));
      take(message('Z', Buffer.from('I')));
    } else {
      if ('QS'.includes(String.fromCharCode(unsent[0]))) due++;
      stream.write(unsent.subarray(0, end));
    }
    isFirst = false;
    unsent = unsent.subarray(end);
  }
  if (due === 0) answered();
});
`;
