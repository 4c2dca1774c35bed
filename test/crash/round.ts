/** One scenario at one site, and what scenarios do there. */
import { expect } from 'vitest';
import { planRun } from '../../ledger/runs.ts';
import type { CrashPoint } from '../../platform/errors/crash-points.ts';
import { type DatasetName, rides } from './dataset.ts';
import type { CrashSite, Victim } from './site.ts';

export interface Death {
  readonly victim: Victim;
  readonly point: CrashPoint;
}

/** One scenario at one site, with a death or, where the others are compared with it, without. */
export class Round {
  readonly site: CrashSite;
  /** Its number at this site. */
  readonly number: number;
  private readonly death: Death | null;
  private armed = false;

  constructor(site: CrashSite, number: number, death: Death | null) {
    this.site = site;
    this.number = number;
    this.death = death;
  }

  /** From here on somebody dies. */
  arm(): void {
    if (this.death === null) return;
    this.site.arm(this.death.victim, this.death.point);
    this.armed = true;
  }

  /** Rides that no other round has. */
  rides(first: number, count: number): string {
    return rides(this.id(first), count);
  }

  /** As rides, at another time of the day. */
  ridesAt(time: string, first: number, count: number): string {
    return this.rides(first, count).replaceAll(' 10:00:', ` ${time}:`);
  }

  /** As ridesAt, without the header. */
  rowsAt(time: string, first: number, count: number): string {
    return this.ridesAt(time, first, count).replace(/^.*\n/, '');
  }

  id(first: number): number {
    return 1000 * this.number + first;
  }

  /** A file name that no other round has. */
  named(name: string): string {
    return `${this.number}-${name}`;
  }

  drop(name: string, content: string | Buffer, dataset: DatasetName = 'rides'): Promise<void> {
    return this.site.drop(this.named(name), content, dataset);
  }

  /** A source is to fetch these pages. */
  async fetch(...pages: string[]): Promise<void> {
    const from = new Date(this.number * 86_400_000).toISOString();
    const to = new Date((this.number + 1) * 86_400_000).toISOString();
    this.site.feed.pages.set(String(this.number * 86_400_000), pages);
    const run = { dataset: 'fetched_rides', source: 'feed', kind: 'live', window: { from, to } } as const;
    await planRun(this.site.pool, run);
  }

  /** Somebody has died, where somebody was to, so many more files have ended, and everything has come to rest. */
  async rest(files: number): Promise<void> {
    if (this.armed) await this.site.died(this.death!.victim);
    this.armed = false;
    await this.site.settled(files);
  }

  /** A command that dies is called again; first, whoever is there has cleared up after it. */
  async insist(...args: string[]): Promise<void> {
    if (this.armed) {
      expect(await this.site.command(args)).toMatchObject({ signal: 'SIGKILL' });
      await this.rest(0);
    }
    const { code, output } = await this.site.command(args);
    expect(code, output).toBe(0);
  }

  /** As insist, for a command that itself clears up what the one before has left. */
  async repeat(...args: string[]): Promise<void> {
    if (this.armed) {
      expect(await this.site.command(args)).toMatchObject({ signal: 'SIGKILL' });
      await this.site.died(this.death!.victim);
      this.armed = false;
    }
    await this.insist(...args);
  }

  /** No file with this ride passes its data check. */
  async refuse(first: number): Promise<void> {
    await this.site.pool.query('insert into public.refused values ($1)', [this.id(first)]);
  }

  /** Of a file that has children, the parent's. */
  async numberOf(name: string): Promise<string> {
    const text = 'select file_id from landfall.file where name = $1 and parent_id is null order by file_id';
    return String((await this.site.pool.query(text, [this.named(name)])).rows[0].file_id);
  }

  /** Changes the definition of renewed_rides: to one that no earlier round had, and that reads the same rows. */
  redefine(): void {
    const formats = ['yyyy-MM-dd HH:mm:ss', `'round ${this.number}' yyyy-MM-dd HH:mm:ss`];
    this.site.define('renewed_rides', { formats });
  }

  /** Number and version of a file that is being loaded. */
  async loading(name: string): Promise<{ file_id: number; definition_version: string }> {
    const text = `select file_id, definition_version from landfall.file
      where name = $1 and parent_id is null order by file_id`;
    return (await this.site.pool.query(text, [this.named(name)])).rows[0];
  }
}
