/** A file that is dropped into a running `landfall up` while many clients follow the progress stream. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Unsent } from '../children/unsent-bytes.ts';
import type { Watched, WatchingTask } from '../children/watching-clients.ts';
import { nextMessage } from '../processes/children.ts';
import { peakBytes } from '../processes/proc.ts';
import { type Measurement, quantile, type Side } from '../rounds/rounds.ts';
import type { Arena, Input } from './arena.ts';
import { dropOnce } from './dropped.ts';
import { type RunningUp, withRunningUp } from './running-up.ts';

const clientsModule = fileURLToPath(new URL('../children/watching-clients.js', import.meta.url));
const preload = new URL('../children/unsent-bytes.js', import.meta.url).href;
/** Messages that are being sent when the file is done arrive within this time, in ms. */
const restMs = 1000;

/** What a round of a watched load says, beside its times. */
export interface WatchedDetail {
  /** From the moment that LISTEN on another connection reports a commit, over all commits and clients. */
  readonly arrivalMs: { readonly p50: number; readonly p99: number; readonly most: number } | null;
  /** From the ledger's time of the commit, which is before the transaction is written to disk: an upper bound. */
  readonly fromLedgerMs: WatchedDetail['arrivalMs'];
  readonly commits: number;
  /** Messages that were sent, and the most bytes that one connection held unsent in the coordinator. */
  readonly unsent: Unsent | null;
  /** CPU of the process that holds all clients. It is in no other figure. */
  readonly clientCpuSeconds: number;
  readonly coordinatorPeakBytes: number;
}

/** From the rename into landing until the file is done, while `clients` watch. */
export function watchedSide(arena: Arena, input: Input, clients: number): Side {
  return {
    name: `${input.rows.toLocaleString('en')} trips dropped, ${clients.toLocaleString('en')} clients watch`,
    rows: input.rows,
    bytes: input.bytes,
    async run() {
      const unsentFile = join(arena.folder, 'unsent.json');
      rmSync(unsentFile, { force: true });
      const measured = await withRunningUp(
        arena,
        async (up, staging) => {
          await up.warm(staging, input);
          await arena.settle(input);
          return watchOnce(arena, up, staging, input, clients);
        },
        // Also where nobody watches, so that both sides run the same code.
        { preload, env: { LANDFALL_BENCH_UNSENT: unsentFile } },
      );
      const unsent = existsSync(unsentFile) ? (JSON.parse(readFileSync(unsentFile, 'utf8')) as Unsent) : null;
      return { ...measured, detail: { ...measured.detail, unsent } };
    },
  };
}

async function watchOnce(
  arena: Arena,
  up: RunningUp,
  staging: string,
  input: Input,
  clients: number,
): Promise<Measurement> {
  const child = clients === 0 ? null : await openClients({ url: up.url, clients });
  const heard = new Map<string, number>();
  const deafen = up.hear(({ fileId, chunkNumber }) => {
    if (chunkNumber !== undefined)
      heard.set(`${fileId}/${chunkNumber}`, performance.timeOrigin + performance.now());
  });
  const coordinatorBefore = up.coordinatorCpuSeconds();
  let coordinatorCpuSeconds = Number.NaN;
  const measured = await dropOnce(arena, up, staging, input, () => {
    coordinatorCpuSeconds = up.coordinatorCpuSeconds() - coordinatorBefore;
  });
  deafen();
  const ledger = await arena.query<{ chunk: string; at: number }>(
    `select file_id || '/' || number as chunk, extract(epoch from committed_at)::float8 * 1000 as at from landfall.chunk`,
  );
  const committed = new Map(ledger.map(({ chunk, at }) => [chunk, at]));
  const watched = child && (await endClients(child));
  if (watched?.commits.some(({ arrivals }) => arrivals.length !== clients))
    throw new Error('a commit did not arrive at every client');
  if (watched && watched.commits.length < heard.size)
    throw new Error(`${watched.commits.length} of ${heard.size} commits arrived`);
  const detail = {
    arrivalMs: watched && spans(watched, heard),
    fromLedgerMs: watched && spans(watched, committed),
    commits: heard.size,
    clientCpuSeconds: watched?.cpuSeconds ?? 0,
    coordinatorPeakBytes: peakBytes(up.pid),
    unsent: null,
  } satisfies WatchedDetail;
  return { ...measured, coordinatorCpuSeconds, detail: { ...measured.detail, ...detail } };
}

/** From `times` of commits to their arrival. */
function spans({ commits }: Watched, times: ReadonlyMap<string, number>): WatchedDetail['arrivalMs'] {
  const all = commits.flatMap(({ fileId, chunkNumber, arrivals }) => {
    const at = times.get(`${fileId}/${chunkNumber}`);
    return at === undefined ? [] : arrivals.map((arrival) => arrival - at);
  });
  return { p50: quantile(all, 0.5), p99: quantile(all, 0.99), most: quantile(all, 1) };
}

async function openClients(task: WatchingTask): Promise<ChildProcess> {
  const child = fork(clientsModule, [], { stdio: ['ignore', 2, 2, 'ipc'] });
  child.send(task);
  await nextMessage(child, 'the clients');
  return child;
}

async function endClients(child: ChildProcess): Promise<Watched> {
  await delay(restMs);
  child.send('end');
  const watched = (await nextMessage(child, 'the clients')) as Watched;
  if (child.exitCode === null) await once(child, 'exit');
  return watched;
}
