/** The examples that ship with Landfall, and their datasets. */
import type { Definition } from '../model/index.ts';
import type { Example } from '../model/registry.ts';
import checkins from './checkins/dataset.ts';
import citibike from './citibike/dataset.ts';
import orders, { lines, users } from './orders/dataset.ts';
import store, { customers, scores } from './store/dataset.ts';
import subscriptions, {
  addresses,
  banks,
  cards,
  payments,
  plans,
  users as subscribers,
} from './subscriptions/dataset.ts';
import trips from './trips/dataset.ts';

/** By name, which is that of the folder. An example may have several datasets. */
export const examples: readonly Example[] = [
  { name: 'trips', definitions: [trips] },
  { name: 'citibike', definitions: [citibike] },
  { name: 'checkins', definitions: [checkins] },
  { name: 'orders', definitions: [orders, lines, users] },
  { name: 'store', definitions: [store, customers, scores] },
  {
    name: 'subscriptions',
    definitions: [subscriptions, payments, plans, subscribers, cards, banks, addresses],
  },
];

/** The datasets of all examples. */
export const builtin: readonly Definition[] = examples.flatMap(({ definitions }) => definitions);
