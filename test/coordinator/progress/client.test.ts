import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ProgressClient } from '../../../coordinator/progress/client.ts';
import type { ChangeMessage, FileProgress, SnapshotMessage } from '../../../platform/progress/progress.ts';
import { epoch, fileOf, snapshotOf } from '../../dashboard/scripted.ts';
import { Watcher } from './support.ts';

const highWaterBytes = 64 * 1024;
const fileCount = 300;
/** What the system itself may hold for a connection on this machine, and more: far above it, so that it fills. */
const sentCharsMin = 40 * 1024 * 1024;

let server: WebSocketServer;
let socket: WebSocket;
let watcher: Watcher;
const http = createServer();
/** The state as it is now, of which `sendMany` sends changes. */
let state: SnapshotMessage;

beforeEach(async () => {
  server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const connected = new Promise<WebSocket>((resolve) => {
    http.once('upgrade', (request, raw, head) => server.handleUpgrade(request, raw, head, resolve));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  watcher = new Watcher(`ws://127.0.0.1:${(http.address() as { port: number }).port}`);
  socket = await connected;
  state = snapshotOf(
    { files: Array.from({ length: fileCount }, (_, i) => fileOf({ fileId: i + 1 })) },
    0,
  ) as SnapshotMessage;
});
afterEach(async () => {
  await watcher.close();
  await new Promise((resolve) => http.close(resolve));
});

function clientOf(maxPendingItems: number): ProgressClient {
  return new ProgressClient(socket, {
    snapshot: () => JSON.stringify(state),
    maxPendingItems: () => maxPendingItems,
    highWaterBytes,
  });
}

/** The next change: every file has moved on. */
function nextChange(): { message: ChangeMessage; text: string } {
  const seq = state.seq + 1;
  const files: FileProgress[] = state.state.files.map((file) => ({ ...file, bytesSeen: seq }));
  state = { ...state, seq, state: { ...state.state, files } };
  const message: ChangeMessage = { type: 'change', epoch, from: seq - 1, seq, files };
  return { message, text: JSON.stringify(message) };
}

/** Sends far more than a connection holds, to a client that does not read, and looks at what piles up. */
async function sendMany(
  client: ProgressClient,
): Promise<{ sent: number; bufferedMax: number; pendingMax: number; longest: number }> {
  let sent = 0;
  let chars = 0;
  let [bufferedMax, pendingMax, longest] = [0, 0, 0];
  while (chars < sentCharsMin) {
    const change = nextChange();
    client.sendChange(change);
    sent++;
    chars += change.text.length;
    longest = Math.max(longest, change.text.length);
    bufferedMax = Math.max(bufferedMax, socket.bufferedAmount);
    pendingMax = Math.max(pendingMax, client.pendingItems);
    await new Promise(setImmediate);
  }
  return { sent, bufferedMax, pendingMax, longest };
}

it('sends a client that keeps up every change', async () => {
  const client = clientOf(1000);
  client.sendSnapshot();
  for (let i = 0; i < 20; i++) {
    client.sendChange(nextChange());
    await watcher.until((view) => view.seq === state.seq);
  }
  expect(watcher.changes.map((change) => change.seq - change.from)).toEqual(Array(20).fill(1));
});

it('passes a beat on to a client that has all, and to no other', async () => {
  const client = clientOf(1000);
  const beat = () => JSON.stringify({ type: 'change', epoch, from: state.seq, seq: state.seq });
  client.sendSnapshot();
  await watcher.until(() => true);
  client.sendBeat(beat());
  client.sendChange(nextChange());
  const view = await watcher.until((one) => one.seq === state.seq);
  expect(watcher.beats).toHaveLength(1);
  expect(watcher.changes.map(({ from, seq }) => seq - from)).toEqual([1]);
  expect(view.state).toEqual(state.state);
});

it('merges changes for a client that does not read, in bounded memory, and it ends where the others are', async () => {
  const client = clientOf(fileCount);
  client.sendSnapshot();
  await watcher.until(() => true);
  watcher.socket.pause();
  const { sent, bufferedMax, pendingMax, longest } = await sendMany(client);
  expect(bufferedMax).toBeGreaterThan(highWaterBytes);
  expect(bufferedMax).toBeLessThan(highWaterBytes + longest + 100);
  expect(pendingMax).toBe(fileCount);
  watcher.socket.resume();
  const view = await watcher.until((view) => view.seq === state.seq);
  expect(view.state).toEqual(state.state);
  expect(watcher.changes.length).toBeLessThan(sent);
  expect(watcher.changes.some((change) => change.seq - change.from > 1)).toBe(true);
});

it('gives up merging where a snapshot is cheaper', async () => {
  const client = clientOf(fileCount - 1);
  client.sendSnapshot();
  await watcher.until(() => true);
  watcher.socket.pause();
  const { pendingMax } = await sendMany(client);
  expect(pendingMax).toBe(0);
  watcher.socket.resume();
  const view = await watcher.until((view) => view.seq === state.seq);
  expect(view.state).toEqual(state.state);
  expect(watcher.messages.filter((message) => message.type === 'snapshot')).toHaveLength(2);
});
