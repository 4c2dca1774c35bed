/** A look at the objects below a prefix that nobody has described. */
import { openStorage } from '../../platform/storage/index.ts';
import { matcher, prefixError, splitAddress } from './fetch-prefix.ts';

export interface PrefixSample {
  /** Objects that were listed; `isAll`: there are no more. */
  readonly objects: number;
  readonly isAll: boolean;
  /** The pattern of the keys that are taken, relative to the last folder of the address. */
  readonly match: string;
  readonly matching: number;
  /** Keys that match: the first and the last in the listing. */
  readonly first: string;
  readonly last: string;
  /** A key that does not match; null: all match. */
  readonly other: string | null;
  /** Addresses of some objects that match: the first, the last, and one between. */
  readonly chosen: readonly string[];
}

export interface PrefixSampleOptions {
  /** Of the source, for errors. */
  readonly name: string;
  readonly address: string;
  /** Default: what the commonest ending of the keys gives, such as `*.csv.gz`. */
  readonly match?: string;
  readonly signal: AbortSignal;
}

/** Objects that are listed at most. */
const listedMost = 10_000;

const ending = /(?:\.[a-z0-9]{1,8})?(?:\.(?:gz|zip|zst|bz2|xz))?$/i;

/** @throws LandfallError LF_SOURCE_BUCKET_LOST, LF_SOURCE_BUCKET_DENIED, LF_SOURCE_BUCKET_MISSING */
export async function samplePrefix({
  name,
  address,
  match: said,
  signal,
}: PrefixSampleOptions): Promise<PrefixSample> {
  try {
    const { folder, prefix } = splitAddress(address);
    const store = await openStorage(folder, 'source');
    const keys: string[] = [];
    let isAll = true;
    for await (const { key, bytes } of store.list(prefix)) {
      signal.throwIfAborted();
      isAll = keys.length < listedMost;
      if (!isAll) break;
      // A folder has an object of its own where a console made it.
      if (bytes > 0 && !key.endsWith('/')) keys.push(key);
    }
    const match = said ?? commonest(keys);
    const matches = matcher(match);
    const taken = keys.filter(matches);
    const places = [...new Set([0, Math.floor(taken.length / 2), taken.length - 1])].filter(
      (at) => at in taken,
    );
    return {
      ...{ objects: keys.length, isAll, match, matching: taken.length },
      ...{ first: taken[0] ?? '', last: taken.at(-1) ?? '' },
      other: keys.find((key) => !matches(key)) ?? null,
      chosen: places.map((at) => `${folder.replace(/\/$/, '')}/${taken[at]}`),
    };
  } catch (error) {
    throw prefixError(error, name);
  }
}

/** `*.csv` where most keys end so; `*` where all do, or none has an ending. */
function commonest(keys: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const key of keys) {
    const text = ending.exec(key.split('/').at(-1)!)![0];
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  return best === undefined || best[0] === '' ? '*' : `*${best[0]}`;
}
