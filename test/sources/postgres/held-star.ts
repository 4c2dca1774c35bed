/** A star in memory, by the rule of the modes: of the events of a key the latest is held, whatever came first. */
import { createHash } from 'node:crypto';
import { bucketDigits, type Held } from '../../../model/events/held.ts';
import type { NotedPage } from './puller.ts';

type Event = Readonly<Record<string, string | null>>;

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export class HeldStar implements Held {
  /** By landfall_key. */
  private readonly events = new Map<string, Event>();

  load(pages: readonly NotedPage[]): void {
    for (const event of pages.flatMap(({ rows }) => rows)) {
      const key = event.landfall_key!;
      const before = this.events.get(key);
      if (before === undefined || rankOf(event) > rankOf(before)) this.events.set(key, event);
    }
  }

  /** What people are shown. */
  shown(): Event[] {
    return [...this.events.values()].filter((event) => event.landfall_deleted !== 'true');
  }

  async settled(): Promise<void> {}

  async buckets() {
    const half = (row: string, from: number) => BigInt.asIntN(64, BigInt(`0x${row.slice(from, from + 16)}`));
    const buckets = new Map<string, string>();
    for (const bucket of new Set(this.held().map(({ hash }) => hash.slice(0, bucketDigits)))) {
      const texts = this.held().flatMap(({ hash, row }) => (hash.startsWith(bucket) && row) || []);
      const sum = (from: number) => texts.reduce((total, row) => total + half(row, from), 0n);
      if (texts.length > 0) buckets.set(bucket, `${texts.length}/${sum(0)}/${sum(16)}`);
    }
    return buckets;
  }

  async *rows(buckets: readonly string[], after: string) {
    for (const row of this.held().sort((a, b) => (a.hash < b.hash ? -1 : 1)))
      if (row.hash > after && buckets.includes(row.hash.slice(0, bucketDigits))) yield row;
  }

  private held() {
    return [...this.events].map(([key, { landfall_row: row, landfall_at: at }]) => {
      const micros = BigInt(Date.parse(`${at!.slice(0, 19)}Z`)) * 1000n + BigInt(at!.slice(20)) + 1n;
      const seconds = new Date(Number(micros / 1_000_000n) * 1000).toISOString().slice(0, 19);
      const next = `${seconds.replace('T', ' ')}.${String(micros % 1_000_000n).padStart(6, '0')}`;
      return { hash: md5(key), key, row, at: at!, next };
    });
  }
}

/** By order, deletion and content, as texts that sort. */
function rankOf(event: Event): string {
  return `${event.landfall_at} ${event.landfall_deleted ?? 'false'} ${md5(JSON.stringify(Object.entries(event).sort()))}`;
}
