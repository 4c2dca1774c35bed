/** The demos of examples whose data are fetched. The others generate a file. */
import type { DemoOptions, DemoSite } from './demo-site.ts';
import { openOrders } from './orders/demo.ts';

export const demos: Readonly<Record<string, (options: DemoOptions) => Promise<DemoSite>>> = {
  orders: openOrders,
};
