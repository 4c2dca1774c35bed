/** The demos of examples whose data are fetched. The others generate a file. */
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

/** Examples whose sources can be kept busy: `landfall generate NAME --follow`. `database`: the variable that may name it. */
export const followers: Readonly<
  Record<string, { readonly database: string; follow(options: FollowOptions): Promise<void> }>
> = {
  store: { database: 'STORE_APP_DATABASE', follow: followStore },
};
