/**
 * Keeps the schedules of all sources: notes what definitions say, sets the ticks of the queue, and plans runs.
 *
 *   start, definitions changed, outage over ──▶ every source is planned, and the ticks are set
 *   tick, end of a run ──▶ its source is planned
 *
 * A tick only says that it is time to look; what is due follows from the ledger. So a tick that comes twice does
 * nothing, and one that the queue has lost is replaced by the next look.
 *
 * A source waits while the environment lacks a variable that it names: none of its runs could begin. Its windows are
 * planned when the variable is there.
 */
import type pg from 'pg';
import { type SourceName, scheduledSources } from '../../ledger/schedule-history.ts';
import type { CompiledSchedule, Ticks } from '../../model/compiled-schedule.ts';
import type { CompiledSource } from '../../model/compiled-source.ts';
import type { Registry } from '../../model/registry.ts';
import { tickAfter } from '../../model/schedules/next-tick.ts';
import { describeError } from '../../platform/errors/errors.ts';
import type { Log } from '../../platform/log/log.ts';
import type { Queues, Ticking } from '../../platform/queue/index.ts';
import { missingVariables } from '../../sources/fetching/fill.ts';
import { planSource } from './planner.ts';

/** Time between two looks for ticks that did not come, in ms. */
const lookMs = 10_000;

/** A tick that has not come for so long after its time is lost, in ms. */
const lateMs = 15_000;

export interface SourceSchedulesOptions {
  readonly pool: pg.Pool;
  readonly registry: Registry;
  readonly queues: Pick<Queues, 'schedule'>;
  readonly log: Log;
  /** Where the values of variables are. */
  readonly env: NodeJS.ProcessEnv;
  /** Repeats a step after an outage. */
  through<T>(step: () => Promise<T>): Promise<T>;
  /** Called after runs were planned. */
  onPlanned(): void;
}

/** QueueOptions.nextTick. */
export function nextTick(when: string, after: number): number | null {
  return tickAfter(JSON.parse(when) as Ticks, after);
}

export class SourceSchedules {
  private readonly options: SourceSchedulesOptions;
  /** When a source is looked at though its tick has not come, on the clock of `performance`. */
  private readonly lateAt = new Map<string, number>();
  /** What each source that waits was last said to wait for. */
  private readonly saidMissing = new Map<string, string>();
  /** Null until it is started. */
  private timer: NodeJS.Timeout | null = null;
  /** What is being planned: one source at a time. */
  private work: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(options: SourceSchedulesOptions) {
    this.options = options;
  }

  /** Until then nothing is planned. */
  start(): void {
    this.timer ??= setInterval(() => this.lookForLate(), lookMs);
    this.refresh();
  }

  /** Notes the schedules as the definitions have them now, plans what is due, and sets the ticks. */
  refresh(): void {
    if (this.timer === null) return;
    this.do(async () => {
      const { pool, registry, queues, through } = this.options;
      const tickings: Ticking[] = [];
      for (const { name: dataset, sources } of registry.all()) {
        for (const source of sources) {
          if (source.schedule === null) continue;
          const name = { dataset, source: source.name };
          tickings.push({ ...name, when: JSON.stringify(source.schedule.ticks) });
          await this.planIfReady(name, source);
        }
      }
      for (const name of await through(() => scheduledSources(pool))) {
        // A definition that is broken, or is not there, says nothing about its sources.
        if (registry.get(name.dataset) === undefined || this.sourceOf(name)?.schedule) continue;
        await this.planOne(name, null);
      }
      await through(() => queues.schedule(tickings));
    });
  }

  /** Plans what is due of a source. */
  async plan(name: SourceName): Promise<void> {
    if (this.timer === null) return;
    await this.do(async () => {
      const source = this.sourceOf(name);
      if (source?.schedule) await this.planIfReady(name, source);
    });
  }

  /** Resolves when nothing is being planned. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearInterval(this.timer);
    await this.work;
  }

  private sourceOf({ dataset, source }: SourceName): CompiledSource | undefined {
    return this.options.registry.get(dataset)?.sources.find(({ name }) => name === source);
  }

  private async planIfReady(name: SourceName, source: CompiledSource): Promise<void> {
    const { env, log } = this.options;
    const key = keyOf(name);
    const missing = missingVariables([source], env).join(', ');
    if (missing === '') await this.planOne(name, source.schedule);
    else if (this.saidMissing.get(key) !== missing)
      log.info({ source: key, missing }, 'a source waits for variables of the environment');
    this.saidMissing.set(key, missing);
  }

  private async planOne(name: SourceName, schedule: CompiledSchedule | null): Promise<void> {
    if (this.closed) return;
    const { pool, through, onPlanned } = this.options;
    const { runs, nextInMs } = await through(() => planSource(pool, name, schedule));
    const key = keyOf(name);
    if (nextInMs === null) this.lateAt.delete(key);
    else this.lateAt.set(key, performance.now() + nextInMs + lateMs);
    if (runs.length > 0) onPlanned();
  }

  private lookForLate(): void {
    for (const [key, at] of this.lateAt) {
      if (at > performance.now()) continue;
      const [dataset, source] = key.split('.');
      void this.plan({ dataset, source });
    }
  }

  private do(step: () => Promise<void>): Promise<void> {
    this.work = this.work.then(step).catch((error) => {
      const { code, message } = describeError(error);
      if (!this.closed) this.options.log.error({ code, message }, 'could not plan the runs of sources');
    });
    return this.work;
  }
}

/** Neither name has a dot. */
function keyOf({ dataset, source }: SourceName): string {
  return `${dataset}.${source}`;
}
