/** The datasets that ship with Landfall. */
import type { Definition } from '../model/index.ts';
import checkins from './checkins/dataset.ts';
import citibike from './citibike/dataset.ts';
import trips from './trips/dataset.ts';

export const builtin: readonly Definition[] = [trips, citibike, checkins];
