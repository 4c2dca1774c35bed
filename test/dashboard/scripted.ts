/**
 * The built page, driven by messages of one's own: for what a real run shows too rarely or too briefly
 * to look at.
 */

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type WebSocket, WebSocketServer } from 'ws';
import { routeOf } from '../../dashboard/src/route.ts';
import type {
  FileProgress,
  ProgressMessage,
  ProgressState,
  SourceProgress,
  SourceRun,
  WorkerProgress,
} from '../../platform/progress/progress.ts';

const built = fileURLToPath(new URL('../../dist/dashboard/', import.meta.url));
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface ScriptedServer {
  readonly url: string;
  /** Addresses that sockets were opened with, oldest first. */
  readonly opened: readonly string[];
  /** What paths of the API answer, as JSON: with their query, or whatever that is. */
  readonly answers: Map<string, unknown>;
  /** What the API was asked for, oldest first. */
  readonly asked: readonly string[];
  /** Sends to every open socket, and is what a new one is sent if it is a snapshot. */
  send(message: ProgressMessage): void;
  /** Says nothing from now on, not even that nothing is new, or speaks again. */
  freeze(isFrozen: boolean): void;
  /** Asks for a token from now on, which no browser has, or for none. */
  lock(isLocked: boolean): void;
  /** Cuts every socket, as a restart would. */
  cut(): void;
  close(): Promise<void>;
}

/** Serves dist/dashboard and a progress socket that says what it is told to. */
export async function startScripted(first: ProgressMessage): Promise<ScriptedServer> {
  if (!existsSync(join(built, 'index.html'))) throw new Error('the page is not built: npm run build');
  const opened: string[] = [];
  const asked: string[] = [];
  const about = { version: '0.1.0', landing: '/srv/landfall/landing', datasets: ['trips', 'citibike'] };
  const answers = new Map<string, unknown>([
    ['/api/about', about],
    ['/api/attention', { attention: [] }],
  ]);
  let snapshot = first;
  let isFrozen = false;
  let isLocked = false;
  const http = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://local');
    const path = normalize(url.pathname);
    const answer = answers.get(request.url ?? '') ?? answers.get(path);
    if (path.startsWith('/api/')) {
      asked.push(request.url ?? '');
      response.statusCode = isLocked ? 401 : answer === undefined ? 404 : 200;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer ?? { code: 'LF_HTTP_NOT_FOUND', message: 'No.', fix: 'None.' }));
      return;
    }
    const file = join(built, routeOf(url).path === null ? path : 'index.html');
    response.statusCode = existsSync(file) ? 200 : 404;
    response.setHeader('content-type', types[extname(file)] ?? 'text/plain');
    response.end(existsSync(file) ? readFileSync(file) : '');
  });
  const sockets = new WebSocketServer({
    ...{ server: http, path: '/progress' },
    verifyClient: (_info, done) => done(!isLocked, 401),
  });
  sockets.on('connection', (socket: WebSocket, request) => {
    opened.push(request.url ?? '');
    if (!new URL(request.url ?? '/', 'http://local').searchParams.has('seq'))
      socket.send(JSON.stringify(snapshot));
  });
  // A change that nobody applies.
  const beat = JSON.stringify({ type: 'change', epoch, from: 0, seq: 0 });
  const beats = setInterval(() => {
    if (!isFrozen) for (const socket of sockets.clients) socket.send(beat);
  }, 1000);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}/`,
    opened,
    answers,
    asked,
    send(message) {
      if (message.type === 'snapshot') snapshot = message;
      for (const socket of sockets.clients) socket.send(JSON.stringify(message));
    },
    freeze(frozen) {
      isFrozen = frozen;
    },
    lock(locked) {
      isLocked = locked;
    },
    cut() {
      for (const socket of sockets.clients) socket.terminate();
    },
    async close() {
      clearInterval(beats);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

export const epoch = 'a1b2c3d4e5f60718';

export function snapshotOf(state: Partial<ProgressState>, seq = 1): ProgressMessage {
  const files = state.files ?? [];
  const sum = (of: (file: FileProgress) => number) => files.reduce((all, file) => all + of(file), 0);
  const totals = {
    files: files.length,
    filesDone: files.filter((file) => file.state === 'done').length,
    filesFailed: files.filter((file) => file.state === 'failed').length,
    bytes: sum((file) => file.bytes),
    bytesCommitted: sum((file) => file.bytesCommitted),
    rows: {
      parsed: sum((file) => file.rows.parsed),
      loaded: sum((file) => file.rows.loaded),
      rejected: sum((file) => file.rows.rejected),
      deduplicated: 0,
    },
    rowsPerSecond: sum((file) => file.rowsPerSecond),
    bytesPerSecond: sum((file) => file.bytesPerSecond),
  };
  const nothing = {
    workers: [],
    rejects: [],
    outages: [],
    marts: [],
    freshness: [],
    sources: [],
    definitions: { datasets: ['citibike', 'trips'], broken: [] },
    silent: [],
    attention: '',
  };
  return { type: 'snapshot', epoch, seq, state: { files, ...nothing, totals, ...state } };
}

export function fileOf(file: Partial<FileProgress> & { fileId: number }): FileProgress {
  return {
    dataset: 'trips',
    name: `trips-${file.fileId}.csv`,
    state: 'discovered',
    bytes: 129_000_000,
    bytesCommitted: 0,
    bytesSeen: file.bytesCommitted ?? 0,
    chunks: 0,
    chunksCommitted: 0,
    rows: { parsed: 0, loaded: 0, rejected: 0, deduplicated: 0 },
    parts: 0,
    rowsPerSecond: 0,
    bytesPerSecond: 0,
    etaSeconds: null,
    landedAt: new Date(Date.now() - 60_000).toISOString(),
    startedAt: null,
    finishedAt: null,
    link: null,
    drift: null,
    references: null,
    findings: [],
    keyed: false,
    error: null,
    ...file,
  };
}

export function workerOf(worker: Partial<WorkerProgress> & { workerId: string }): WorkerProgress {
  return {
    host: 'atlas',
    pid: 4211,
    startedAt: new Date(Date.now() - 600_000).toISOString(),
    rssBytes: 312_000_000,
    cpu: 0.97,
    rowsPerSecond: 412_000,
    slots: [],
    ...worker,
  };
}

/** Sources that are fetching, late, idle, and fail. */
export function sourcesOf(error: NonNullable<SourceRun['error']>): SourceProgress[] {
  const hour = (at: number) => new Date(Date.UTC(2026, 10, 1, at)).toISOString();
  const window = { from: hour(6), to: hour(7) };
  const run = (state: SourceRun['state'], more: Partial<SourceRun> = {}): SourceRun => ({
    ...{ kind: 'live', window, state, pages: 3, bytes: 12_400_000, error: null, dueAt: hour(7) },
    ...{ startedAt: hour(7), endedAt: state === 'done' || state === 'failed' ? hour(8) : null, ...more },
  });
  const source = (name: string, more: Partial<SourceProgress>): SourceProgress => ({
    ...{ dataset: 'customers', source: name, kind: 'postgres', schedule: 'every 2 minutes', cursor: null },
    ...{
      missing: [],
      last: null,
      next: null,
      waiting: 0,
      scheduled: null,
      lateSince: null,
      queueFault: null,
      ...more,
    },
  });
  return [
    source('crm', {
      ...{ last: run('done'), next: run('running', { pages: 41 }), waiting: 5, lateSince: hour(7) },
      ...{ scheduled: { from: hour(8), to: hour(9) }, cursor: 'next from 2026-11-01 06:00:00.5' },
    }),
    source('crm-sweep', { schedule: 'every day at 00:00, UTC', last: run('failed', { error }) }),
    source('shop', { kind: 'http', schedule: 'every day at 06:30, Europe/Moscow', missing: ['SHOP_TOKEN'] }),
    source('dumps', { kind: 's3', schedule: null, last: run('done', { window: null, pages: 0, bytes: 0 }) }),
  ];
}
