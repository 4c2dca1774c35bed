/** The demos of examples: those whose data are fetched, and the files of the others. */
import type { DemoOptions, DemoSite } from './demo-site.ts';
import { openOrders } from './orders/demo.ts';
import { openStoreDemo } from './store/demo.ts';
import { type FollowOptions, followStore } from './store/follow.ts';
import { openSubscriptions } from './subscriptions/demo.ts';

export const demos: Readonly<Record<string, (options: DemoOptions) => Promise<DemoSite>>> = {
  orders: openOrders,
  store: openStoreDemo,
  subscriptions: openSubscriptions,
};

/** A file that the demo of an example generates and drops. */
export interface DemoFile {
  readonly name: string;
  /** Its name among the generators. */
  readonly generator: string;
  readonly rows: number;
  readonly seed: number;
}

/** Generators of the files of an example that has several: months, between which stations change. */
const generatorsOf: Readonly<Record<string, readonly string[]>> = {
  citibike: ['citibike:title', 'citibike:quoted', 'citibike:crlf'],
};

/** The files of a demo of so many rows, which they share. There is always one, and each has a seed of its own. */
export function demoFiles(
  example: string,
  { rows, seed }: { readonly rows: number; readonly seed: number },
): DemoFile[] {
  const names = (generatorsOf[example] ?? [example]).slice(0, Math.max(1, rows));
  return names.map((generator, i) => {
    const file = {
      rows: Math.floor(rows / names.length) + (i < rows % names.length ? 1 : 0),
      seed: seed + i,
    };
    return { name: `${generator.replace(':', '-')}-${file.rows}-seed-${file.seed}.csv`, generator, ...file };
  });
}

/** Examples whose sources can be kept busy: `landfall generate NAME --follow`. `database`: the variable that may name it. */
export const followers: Readonly<
  Record<string, { readonly database: string; follow(options: FollowOptions): Promise<void> }>
> = {
  store: { database: 'STORE_APP_DATABASE', follow: followStore },
};
