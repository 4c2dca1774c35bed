/** A running `landfall up` with empty folders, for contests about files that are dropped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Listening, listen } from '../../platform/database/listen.ts';
import { hasProc, processStat, treeCpuSeconds } from '../processes/proc.ts';
import type { Arena, Input } from './arena.ts';
import { landfallEnvironment, landfallMain } from './ingest-side.ts';

/** The small file of `warm`. Its rows are removed from the star before sums are computed. */
export const warmName = 'warm.csv';
const warmRows = 24;
const warmBytes = 16_384;
export const dropWarmRows = `delete from star.fact_trip where chunk_id in
  (select chunk_id from landfall.chunk join landfall.file using (file_id) where name = '${warmName}')`;

/** A notification of `landfall_change`: a file's state changed or, with a chunk number, a chunk was committed. */
export interface Change {
  readonly fileId: number;
  readonly kind: 'file' | 'chunk';
  readonly chunkNumber?: number;
}

export interface StartOptions {
  /** A module that its processes load before anything else. */
  readonly preload?: string;
  /** Settings beside those of every side. */
  readonly env?: Readonly<Record<string, string>>;
}

export class RunningUp {
  readonly landing: string;
  /** Where it listens. */
  readonly url: string;
  private readonly arena: Arena;
  private readonly child: ChildProcess;
  private readonly listening: Listening;
  private readonly heard: Set<(change: Change) => void>;

  private constructor(
    arena: Arena,
    url: string,
    child: ChildProcess,
    listening: Listening,
    heard: RunningUp['heard'],
  ) {
    this.url = url;
    this.arena = arena;
    this.child = child;
    this.listening = listening;
    this.heard = heard;
    this.landing = join(arena.folder, 'landing', 'trips');
  }

  /** Starts it with an empty database, lake and landing folder, and waits until it reports that it is up. */
  static async start(arena: Arena, { preload, env }: StartOptions = {}): Promise<RunningUp> {
    await arena.emptyDatabase();
    for (const name of ['landing', 'lake', 'archive']) arena.emptyFolder(name);
    mkdirSync(join(arena.folder, 'landing', 'trips'));
    const imports = preload === undefined ? [] : ['--import', preload];
    const child = spawn(process.execPath, [...imports, landfallMain, 'up', '--port', '0'], {
      env: { ...landfallEnvironment(arena), ...env },
      cwd: arena.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr!.setEncoding('utf8').on('data', (text) => {
        said = (said + text).slice(-4000);
        if (said.includes('Landfall is up')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`landfall up ended with ${code}\n${said}`)));
    });
    const heard: RunningUp['heard'] = new Set();
    const onNotify = (payload: string) => {
      const change = JSON.parse(payload) as Change;
      for (const hear of heard) hear(change);
    };
    const listening = await listen(arena.databaseUrl, 'landfall_change', onNotify, () => {});
    const [, url] = /Landfall is up: (\S+)/.exec(said)!;
    return new RunningUp(arena, url, child, listening, heard);
  }

  /** Resolves at the first change for which `isIt` is true; rejects after `outageTimeoutMs`. */
  change(isIt: (change: Change) => boolean, outageTimeoutMs = 60_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.heard.delete(hear);
      };
      const hear = (change: Change) => {
        if (!isIt(change)) return;
        end();
        resolve();
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`nothing was heard for ${outageTimeoutMs} ms`));
      }, outageTimeoutMs);
      this.heard.add(hear);
    });
  }

  /** Calls `listener` at every change, until the function that it returns is called. */
  hear(listener: (change: Change) => void): () => void {
    this.heard.add(listener);
    return () => this.heard.delete(listener);
  }

  /** Drops a file by renaming it into landing/trips, so that it appears complete. */
  drop(path: string, name: string): void {
    renameSync(path, join(this.landing, name));
  }

  /**
   * Loads one small file with other bytes, so that workers, connections and tables exist before timing starts. `drop`:
   * puts it where files land, if that is not a folder.
   */
  async warm(
    staging: string,
    input: Input,
    drop = async (path: string, name: string) => this.drop(path, name),
  ): Promise<void> {
    const folder = join(staging, 'warm');
    mkdirSync(folder);
    const head = { path: input.path, bytes: Math.min(input.bytes, warmBytes) };
    const [path] = cutIntoFiles(head, folder, warmRows);
    const done = this.change(({ kind }) => kind === 'chunk');
    await drop(path, warmName);
    await done;
    rmSync(folder, { recursive: true });
  }

  /** The process of the coordinator. */
  get pid(): number {
    return this.child.pid!;
  }

  /** The CPU time of all its processes so far. */
  cpuSeconds(): number {
    return hasProc ? treeCpuSeconds(this.child.pid!) : Number.NaN;
  }

  coordinatorCpuSeconds(): number {
    return processStat(this.child.pid!)?.cpuSeconds ?? Number.NaN;
  }

  /** `keep`: its folders are kept until the end (Arena.keepFolder). */
  async stop({ keep = false } = {}): Promise<void> {
    await this.listening.close();
    const ended = once(this.child, 'exit');
    if (this.child.exitCode === null && this.child.kill('SIGTERM')) await ended;
    for (const name of ['landing', 'lake', 'archive', 'failed']) {
      if (keep) this.arena.keepFolder(name);
      else rmSync(join(this.arena.folder, name), { recursive: true, force: true });
    }
    await this.arena.emptyDatabase();
  }
}

/** Runs `landfall up` and an empty staging folder around `run`. `keep`: folders are kept (Arena.keepFolder). */
export async function withRunningUp<Result>(
  arena: Arena,
  run: (up: RunningUp, staging: string) => Promise<Result>,
  { keep = false, ...options }: StartOptions & { readonly keep?: boolean } = {},
): Promise<Result> {
  const staging = arena.emptyFolder('staging');
  const up = await RunningUp.start(arena, options);
  try {
    return await run(up, staging);
  } finally {
    await up.stop({ keep });
    if (keep) arena.keepFolder('staging');
    else rmSync(staging, { recursive: true, force: true });
  }
}

/** Cuts a file of trips into files of `rows` rows each, every one with the header; at most `most` of them. */
export function cutIntoFiles(
  input: Pick<Input, 'path' | 'bytes'>,
  folder: string,
  rows: number,
  most = Number.POSITIVE_INFINITY,
): string[] {
  const file = openSync(input.path, 'r');
  const bytes = Buffer.alloc(input.bytes);
  readSync(file, bytes);
  closeSync(file);
  const lines = bytes.toString('utf8').split('\n');
  const paths: string[] = [];
  for (let from = 1; from + rows <= lines.length && paths.length < most; from += rows) {
    const path = join(folder, `trips-${String(paths.length).padStart(5, '0')}.csv`);
    writeFileSync(path, `${[lines[0], ...lines.slice(from, from + rows)].join('\n')}\n`);
    paths.push(path);
  }
  return paths;
}
