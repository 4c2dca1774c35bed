/**
 * Many clients of a progress socket in one process, as cheap as they can be: each is a TCP connection whose frames are
 * told apart by their heads, and only the first client that gets a message reads it as JSON. Notes when each commit
 * arrived at each client.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ChangeMessage } from '../../platform/progress/progress.ts';
import { answer, receiveTask } from '../processes/children.ts';

export interface WatchingTask {
  readonly url: string;
  readonly clients: number;
}

/** The first message says that all clients have their snapshot, the second one is this. */
export interface Watched {
  /** Of each commit, when it arrived at each client: Unix time in ms. */
  readonly commits: readonly { fileId: number; chunkNumber: number; arrivals: readonly number[] }[];
  readonly messages: number;
  readonly bytes: number;
  readonly cpuSeconds: number;
}

/** Connections that are opened at a time. */
const openedAtOnce = 50;
/** `seq` is one of the first members of a message. */
const headBytes = 160;

interface Client {
  /** The number of the last message, and those of all messages with their times. */
  seq: number;
  readonly seqs: number[];
  readonly times: number[];
}

let messages = 0;
let bytes = 0;
/** The number of the message that announced each commit, where it was not merged with others. */
const commits = new Map<number, { fileId: number; chunkNumber: number }[]>();
const read = new Set<number>();

function take(client: Client, payload: Buffer): void {
  const head = payload.toString('latin1', 0, Math.min(payload.length, headBytes));
  const seq = Number(/"seq":(\d+)/.exec(head)?.[1]);
  messages += 1;
  bytes += payload.length;
  if (seq === client.seq) return; // A beat.
  client.seq = seq;
  client.seqs.push(seq);
  client.times.push(performance.timeOrigin + performance.now());
  if (read.has(seq) || head.startsWith('{"type":"snapshot"')) return;
  const message = JSON.parse(payload.toString('utf8')) as ChangeMessage;
  if (message.seq - message.from > 1) return;
  read.add(seq);
  if (message.commits) commits.set(seq, [...message.commits]);
}

/** Frames of a server: not masked, each whole message in one. https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
function frames(client: Client): (piece: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (piece) => {
    let data = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    for (;;) {
      if (data.length < 2) break;
      const short = data[1] & 127;
      const start = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (data.length < start) break;
      const length =
        short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
      if (data.length < start + length) break;
      if ((data[0] & 15) === 1) take(client, data.subarray(start, start + length));
      data = data.subarray(start + length);
    }
    rest = data;
  };
}

/** Resolves when the client has its snapshot. */
async function open(url: URL): Promise<{ client: Client; socket: Socket }> {
  const client: Client = { seq: -1, seqs: [], times: [] };
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  socket.write(
    `GET /progress HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const onFrames = frames(client);
  await new Promise<void>((resolve, reject) => {
    let head: string | null = '';
    socket.on('close', () => reject(new Error(`the connection was closed: ${head}`)));
    socket.on('error', reject);
    socket.on('data', (piece) => {
      if (head !== null) {
        head += piece.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        const after = Buffer.from(head.slice(end + 4), 'latin1');
        if (!head.startsWith('HTTP/1.1 101')) return reject(new Error(head));
        head = null;
        onFrames(after);
      } else onFrames(piece);
      if (client.seq >= 0) resolve();
    });
  });
  return { client, socket };
}

const { url, clients: count } = await receiveTask<WatchingTask>();
process.channel?.ref();
const ended = once(process, 'message');
const opened: Awaited<ReturnType<typeof open>>[] = [];
while (opened.length < count) {
  const some = Array.from({ length: Math.min(openedAtOnce, count - opened.length) }, () =>
    open(new URL(url)),
  );
  opened.push(...(await Promise.all(some)));
}
const cpuBefore = process.cpuUsage();
await answer({ opened: opened.length });
await ended;
const cpu = process.cpuUsage(cpuBefore);
await answer({
  messages,
  bytes,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  commits: [...commits].flatMap(([seq, announced]) => {
    const arrivals = opened.flatMap(({ client: { seqs, times } }) => {
      const at = seqs.findIndex((one) => one >= seq);
      return at < 0 ? [] : [times[at]];
    });
    return announced.map(({ fileId, chunkNumber }) => ({ fileId, chunkNumber, arrivals }));
  }),
} satisfies Watched);
process.channel?.unref();
for (const { socket } of opened) socket.destroy();
