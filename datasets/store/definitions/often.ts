/** When the store's sources are fetched. */
import type { Schedule } from '../../../model/index.ts';

/**
 * Every two minutes, each time the last five. Windows overlap, and what they bring twice counts once. Each run fetches
 * all that is new since the one before, so only the latest of the windows that were missed has to be caught up.
 */
export const often: Schedule = { every: '2m', window: '5m', catchUp: 'latest' };
