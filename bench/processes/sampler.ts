/** Memory and CPU of processes over time, read from /proc while they run. */
import { commandLine, descendants, peakBytes, privateBytes, processStat } from './proc.ts';

/** The role of a process. */
export type Role = 'coordinator' | 'worker' | 'postgres' | 'other';

export interface Series {
  /** `worker 1`; the server's processes are one series together. */
  readonly name: string;
  readonly role: Role;
  /** Seconds since the start of the run. */
  readonly seconds: number[];
  /** CPU time spent so far. */
  readonly cpuSeconds: number[];
  /** Resident bytes; for the server, only those that its processes do not share. */
  readonly memoryBytes: number[];
  peakBytes: number;
}

/** The most samples of a series. Beyond this, every second one is dropped and sampling becomes half as frequent. */
const SAMPLES_MAX = 600;
const FIRST_INTERVAL_MS = 100;

export interface SamplerOptions {
  /** The process whose tree is watched: a `landfall` command. */
  readonly root: number;
  /** The database server's first process, where it runs on this machine. */
  readonly postmaster: number | null;
}

/** Starts at once. `stop` returns the samples. */
export class Sampler {
  private readonly options: SamplerOptions;
  private readonly started = performance.now();
  private readonly series = new Map<string, Series>();
  private readonly workers = new Map<number, string>();
  private intervalMs = FIRST_INTERVAL_MS;
  private timer: NodeJS.Timeout;

  constructor(options: SamplerOptions) {
    this.options = options;
    this.timer = setTimeout(() => this.tick(), 0);
  }

  stop(): Series[] {
    clearTimeout(this.timer);
    return [...this.series.values()];
  }

  private tick(): void {
    const { root, postmaster } = this.options;
    const seconds = (performance.now() - this.started) / 1000;
    this.sample(root, seconds);
    for (const pid of descendants(root)) this.sample(pid, seconds);
    if (postmaster !== null) this.sampleServer(postmaster, seconds);
    if ([...this.series.values()].some((series) => series.seconds.length > SAMPLES_MAX)) this.thin();
    this.timer = setTimeout(() => this.tick(), this.intervalMs);
  }

  private sample(pid: number, seconds: number): void {
    const stat = processStat(pid);
    if (stat === null || stat.rssBytes === 0) return;
    const role = this.roleOf(pid);
    if (role === null) return;
    const series = this.seriesOf(role === 'worker' ? this.workers.get(pid)! : role, role);
    push(series, seconds, stat.cpuSeconds, stat.rssBytes);
    series.peakBytes = Math.max(series.peakBytes, peakBytes(pid));
  }

  private sampleServer(postmaster: number, seconds: number): void {
    const pids = [postmaster, ...descendants(postmaster)];
    const stats = pids.flatMap((pid) => processStat(pid) ?? []);
    const cpu = stats.reduce((sum, stat) => sum + stat.cpuSeconds + stat.endedCpuSeconds, 0);
    const memory = pids.reduce((sum, pid) => sum + privateBytes(pid), 0);
    const series = this.seriesOf('postgres', 'postgres');
    push(series, seconds, cpu, memory);
    series.peakBytes = Math.max(series.peakBytes, memory);
  }

  /** Null for a process that is not followed: an embedded server that the command itself has started. */
  private roleOf(pid: number): Role | null {
    if (pid === this.options.root) return 'coordinator';
    if (this.workers.has(pid)) return 'worker';
    if (!commandLine(pid).includes('workers/main')) return null;
    this.workers.set(pid, `worker ${this.workers.size + 1}`);
    return 'worker';
  }

  private seriesOf(name: string, role: Role): Series {
    let series = this.series.get(name);
    if (series === undefined) {
      series = { name, role, seconds: [], cpuSeconds: [], memoryBytes: [], peakBytes: 0 };
      this.series.set(name, series);
    }
    return series;
  }

  private thin(): void {
    this.intervalMs *= 2;
    for (const { seconds, cpuSeconds, memoryBytes } of this.series.values()) {
      for (const values of [seconds, cpuSeconds, memoryBytes]) {
        const kept = values.filter((_, index) => index % 2 === 0 || index === values.length - 1);
        values.splice(0, values.length, ...kept);
      }
    }
  }
}

function push(series: Series, seconds: number, cpuSeconds: number, memoryBytes: number): void {
  series.seconds.push(Math.round(seconds * 100) / 100);
  series.cpuSeconds.push(Math.round(cpuSeconds * 100) / 100);
  series.memoryBytes.push(memoryBytes);
}
