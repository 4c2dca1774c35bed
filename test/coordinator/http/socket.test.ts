/** A crowd on the progress socket, of which many never read: what the server holds for them, and what the others get. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createGate } from '../../../coordinator/http/security.ts';
import { createSocketServer } from '../../../coordinator/http/socket.ts';
import { highWaterBytes } from '../../../coordinator/progress/client.ts';
import { createHub, type Hub, tickWaitMs } from '../../../coordinator/progress/hub.ts';
import { openTicks, type Ticks } from '../../../ledger/ticks.ts';
import type { ProgressMessage } from '../../../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../../../platform/progress/progress-client.ts';
import type { UnknownFile } from '../../../sources/contract.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { plays } from '../../support/long.ts';
import { Yard } from '../progress/support.ts';

const clients = 1000;
/** Of them, those that never read. */
const deaf = 300;
/** Files that are different in every change: what makes one some 40 kB long. */
const movingFiles = 60;
/** Far more than the system holds for a connection: some 400 kB of a local socket, megabytes of TCP. */
const changes = plays(16, 400);
/** Connections that are opened at a time: a local socket refuses more than its backlog. */
const openedAtOnce = 100;

let database: TestDatabase;
let yard: Yard;
let ticks: Ticks;
let hub: Hub;
let http: Server;
let sockets: ReturnType<typeof createSocketServer>;
let url: string;
/** The server's ends of all connections. */
const accepted: WebSocket[] = [];
/** How long each change is, as it is sent. */
const sentBytes: number[] = [];

beforeAll(async () => {
  database = await testDatabase();
  yard = new Yard(database);
  ticks = await openTicks({ redisUrl: null }, database);
  hub = await createHub({ ledger: yard.ledger, databaseUrl: database.url, ticks, log: { warn: () => {} } });
  hub.subscribe((message) => sentBytes.push(Buffer.byteLength(JSON.stringify(message))));
  const noting: Pick<Hub, 'attach'> = {
    attach(socket, resume) {
      accepted.push(socket);
      hub.attach(socket, resume);
    },
  };
  sockets = createSocketServer({
    hub: noting,
    gate: createGate({ host: '127.0.0.1', port: 0, token: null }),
  });
  http = createServer().on('upgrade', sockets.upgrade);
  // A local socket holds little for a client that does not read, so that few changes fill it.
  const path = join(tempFolder(), 's');
  if (plays(0, 1) === 0) http.listen(path);
  else http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  url =
    typeof address === 'string' ? `ws+unix:${path}:/progress` : `ws://127.0.0.1:${address!.port}/progress`;
});
afterAll(async () => {
  await hub.close();
  sockets.close();
  await new Promise((resolve) => http.close(resolve));
  await ticks.close();
  await database.drop();
});

/** Readers that were sent the same messages share one view, so that a thousand of them cost what one does. */
const followed = new Map<ProgressView | null, Map<string, ProgressView>>();

function follow(view: ProgressView | null, text: string): ProgressView {
  const known = followed.get(view) ?? new Map<string, ProgressView>();
  followed.set(view, known);
  let next = known.get(text);
  if (next === undefined) {
    const message = JSON.parse(text) as ProgressMessage;
    const applied = applyMessage(view, message);
    if (applied === null) throw new Error(`a change that does not follow: ${message.seq} after ${view?.seq}`);
    next = applied;
    known.set(text, next);
  }
  return next;
}

class Reader {
  readonly socket = new WebSocket(url);
  view: ProgressView | null = null;
  merged = 0;
  snapshots = 0;

  constructor() {
    this.socket.on('message', (data) => {
      const before = this.view?.seq ?? 0;
      const text = String(data);
      this.view = follow(this.view, text);
      if (text.startsWith('{"type":"snapshot"')) this.snapshots += 1;
      else if (this.view.seq - before > 1) this.merged += 1;
    });
  }
}

async function openReaders(count: number): Promise<Reader[]> {
  const readers: Reader[] = [];
  while (readers.length < count) {
    const some = Array.from({ length: Math.min(openedAtOnce, count - readers.length) }, () => new Reader());
    await Promise.all(some.map(({ socket }) => once(socket, 'open')));
    readers.push(...some);
  }
  return readers;
}

const error = { code: 'LF_DATASET_UNKNOWN', message: 'There is no dataset nobody.', fix: 'Move the file.' };

/** Every moving file has another size than before. */
function moveAll(round: number): void {
  const files = Array.from({ length: movingFiles }, (_, i): UnknownFile => {
    const name = `${'a-file-with-a-long-name-'.repeat(4)}${i}.csv`;
    return { dataset: 'nobody', name, bytes: 1000 * round + i, landedAt: new Date(0).toISOString(), error };
  });
  hub.setUnknown(files);
}

const reached = (readers: readonly Reader[]) =>
  expect.poll(() => readers.filter(({ view }) => view?.seq !== hub.snapshot().seq).length, {
    timeout: 60_000,
  });

it(`holds little for ${deaf} of ${clients} clients that never read, and keeps the others at the last state`, async () => {
  const all = await openReaders(clients);
  await reached(all).toBe(0);
  const [silent, readers] = [all.slice(0, deaf), all.slice(deaf)];
  for (const { socket } of silent) socket.pause();

  let mostBuffered = 0;
  const look = () => {
    for (const { bufferedAmount } of accepted) mostBuffered = Math.max(mostBuffered, bufferedAmount);
  };
  const held = () => accepted.reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);
  const play = async (from: number) => {
    for (let round = from; round < from + changes; round++) {
      moveAll(round);
      look();
      await reached(readers).toBe(0);
    }
    return held();
  };
  const heldBefore = await play(1);
  const longest = Math.max(...sentBytes);
  // As much again is sent, and nothing more is held.
  const heldAfter = await play(1 + changes);
  expect(mostBuffered).toBeGreaterThan(highWaterBytes);
  expect(mostBuffered).toBeLessThanOrEqual(highWaterBytes + longest + 10);
  expect(heldBefore).toBeGreaterThan(deaf * highWaterBytes);
  expect(heldAfter).toBeLessThanOrEqual(heldBefore);

  // The coordinator goes on: a file is loaded, and everyone who reads and who comes hears of it.
  const { file, jobs } = await yard.plan(1);
  await yard.commit(jobs[0]);
  await yard.ledger.moveFile(file.fileId, 'finish');
  const ended = (view: ProgressView | null) =>
    view?.state.files.find(({ fileId }) => fileId === file.fileId)?.state === 'done';
  const [late] = await openReaders(1);
  await expect.poll(() => [...readers, late].filter(({ view }) => !ended(view)).length).toBe(0);
  await reached([...readers, late]).toBe(0);
  const states = new Set([...readers, late].map(({ view }) => view!.state));
  for (const state of states) expect(state).toEqual(hub.snapshot().state);
  expect(hub.watchers()).toBe(clients + 1);

  // Those that did not read are neither cut off nor left behind: what they missed comes as one message.
  for (const { socket } of silent) socket.resume();
  await reached(silent).toBe(0);
  for (const { view } of silent) expect(view!.state).toEqual(hub.snapshot().state);
  expect(silent.filter(({ snapshots, merged }) => snapshots + merged > 1)).toHaveLength(deaf);
  for (const { socket } of [...all, late]) socket.terminate();
  await expect.poll(() => hub.watchers()).toBe(0);
});

it('lets ticks wait for others the longer the more clients watch, and never long', () => {
  expect([0, 1, 250, 500, 1000, 100_000].map(tickWaitMs)).toEqual([100, 100, 100, 200, 400, 500]);
});
