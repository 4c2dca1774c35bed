/** Where the datasets of the orders fetch from: each reads the same dumps, and may read the API itself. */
import { http, type Source, s3 } from '../../../model/index.ts';

export const sources: Readonly<Record<string, Source>> = {
  // s3://bucket/prefix, or a folder. Every dump that is new is taken, in whichever order they appear.
  dumps: s3({
    url: '{env:ORDERS_DUMPS}/',
    match: 'orders_*.json.zip',
    schedule: { cron: '30 0 * * *', zone: 'UTC' },
  }),
  // The API that the dumps are made from: what changed in a window, a page at a time.
  api: http({
    url: '{env:ORDERS_API}/orders?from={from}&to={to}',
    pages: { by: 'cursor', at: '$.next', parameter: 'cursor' },
  }),
};
