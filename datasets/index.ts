/** The examples that ship with Landfall. Each is loaded by whoever asks for it, so that no other process pays for it. */
import { type Definition, isDefinition } from '../model/language/define.ts';
import type { Example } from '../model/registry.ts';

/** By name, which is that of the folder. An example may have several datasets. */
export const examples: readonly Example[] = [
  { name: 'trips', load: async () => definitionsOf(await import('./trips/dataset.ts')) },
  { name: 'citibike', load: async () => definitionsOf(await import('./citibike/dataset.ts')) },
  { name: 'checkins', load: async () => definitionsOf(await import('./checkins/dataset.ts')) },
  { name: 'orders', load: async () => definitionsOf(await import('./orders/dataset.ts')) },
  { name: 'store', load: async () => definitionsOf(await import('./store/dataset.ts')) },
  { name: 'subscriptions', load: async () => definitionsOf(await import('./subscriptions/dataset.ts')) },
];

/** The datasets that a module exports, the one with the name of the example first. */
function definitionsOf({ default: first, ...others }: { readonly default: Definition }): Definition[] {
  return [first, ...Object.values(others).filter(isDefinition)];
}
