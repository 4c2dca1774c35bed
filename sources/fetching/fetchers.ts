/** What fetches the files of each kind of source. */
import type { CompiledSource } from '../../model/compiled-source.ts';
import { httpFetcher } from '../http/http-fetcher.ts';
import { fetchPostgres } from '../postgres/fetch-table.ts';
import { fetchS3 } from '../prefix/fetch-prefix.ts';
import type { Fetcher } from './contract.ts';

export type Fetchers = {
  readonly [Kind in CompiledSource['kind']]?: Fetcher<Extract<CompiledSource, { readonly kind: Kind }>>;
};

/** Those that Landfall has. */
export const fetchers: Fetchers = {
  http: httpFetcher,
  s3: { fetch: fetchS3 },
  postgres: { fetch: fetchPostgres },
};

/** The fetcher of a source. */
export function fetcherOf(fetchers: Fetchers, source: CompiledSource): Fetcher {
  return fetchers[source.kind] as Fetcher;
}
