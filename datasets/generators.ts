/** All generators, behind one interface. */
import { generateCheckins } from './checkins/generate.ts';
import { generateCitibike } from './citibike/generate.ts';
import type { GeneratedFile, GenerateOptions } from './generated.ts';
import { generateOrders } from './orders/generate.ts';
import { generateStore } from './store/generate.ts';
import { generateSubscriptions } from './subscriptions/generate.ts';
import { generateTrips } from './trips/generate.ts';

/** Returns CSV in buffers of about 1 MiB, each with whole rows. The same options give the same bytes. */
export type Generate = (options: GenerateOptions) => Iterable<Buffer>;

/** By dataset. If one has several dialects, `dataset:dialect` names the others. */
export const generators: Readonly<Record<string, Generate>> = {
  trips: generateTrips,
  citibike: generateCitibike,
  'citibike:title': (options) => generateCitibike({ ...options, variant: 'title' }),
  'citibike:quoted': (options) => generateCitibike({ ...options, variant: 'quoted' }),
  'citibike:crlf': (options) => generateCitibike({ ...options, variant: 'crlf' }),
  checkins: generateCheckins,
};

/** The files of examples that have several. The same options give the same rows. */
export const folders: Readonly<Record<string, (options: GenerateOptions) => Iterable<GeneratedFile>>> = {
  orders: generateOrders,
  store: generateStore,
  subscriptions: generateSubscriptions,
};

/** How many rows the demo of an example has by default. */
export const demoRows: Readonly<Record<string, number>> = {
  trips: 1_000_000,
  citibike: 1_000_000,
  checkins: 20_000,
  orders: 3_000,
  store: 3_000,
  subscriptions: 2_000,
};
