/** Merges several changes into one, for clients that are slow or were disconnected. */
import type { ChangeMessage } from '../../platform/progress/progress.ts';

/** The content of a change, without its place in the stream. */
export type ChangeBody = Omit<ChangeMessage, 'type' | 'epoch' | 'from' | 'seq'>;

/** The most rejects in the state, and therefore in a change. */
export const keptRejects = 50;

/** Returns the change that has the effect of `first` followed by `second`. */
export function mergeChanges(first: ChangeMessage, second: ChangeMessage): ChangeMessage {
  const changes = [first, second];
  const files = mergeItems(
    changes.map(({ files = [], gone }) => ({ items: files, gone: gone?.files ?? [] })),
    (file) => file.fileId,
  );
  const workers = mergeItems(
    changes.map(({ workers = [], gone }) => ({ items: workers, gone: gone?.workers ?? [] })),
    (worker) => worker.workerId,
  );
  const totals = second.totals ?? first.totals;
  const outages = second.outages ?? first.outages ?? null;
  const marts = second.marts ?? first.marts ?? null;
  const freshness = second.freshness ?? first.freshness ?? null;
  const definitions = second.definitions ?? first.definitions ?? null;
  const rejects = [...(second.rejects ?? []), ...(first.rejects ?? [])].slice(0, keptRejects);
  return {
    type: 'change',
    epoch: second.epoch,
    from: first.from,
    seq: second.seq,
    ...bodyOf({
      files: files.items,
      workers: workers.items,
      goneFiles: files.gone,
      goneWorkers: workers.gone,
      totals,
      rejects,
      outages,
      marts,
      freshness,
      definitions,
    }),
  };
}

/** A body without the members in which nothing changed. */
export function bodyOf(parts: {
  files: NonNullable<ChangeBody['files']>;
  workers: NonNullable<ChangeBody['workers']>;
  goneFiles: readonly number[];
  goneWorkers: readonly string[];
  totals: ChangeBody['totals'] | null;
  rejects: NonNullable<ChangeBody['rejects']>;
  /** Null if they have not changed. */
  outages: ChangeBody['outages'] | null;
  /** Null if they have not changed. */
  marts?: ChangeBody['marts'] | null;
  /** Null if they have not changed. */
  freshness?: ChangeBody['freshness'] | null;
  /** Null if they have not changed. */
  definitions?: ChangeBody['definitions'] | null;
}): ChangeBody {
  const gone = {
    ...(parts.goneFiles.length > 0 && { files: parts.goneFiles }),
    ...(parts.goneWorkers.length > 0 && { workers: parts.goneWorkers }),
  };
  return {
    ...(parts.files.length > 0 && { files: parts.files }),
    ...(parts.workers.length > 0 && { workers: parts.workers }),
    ...(Object.keys(gone).length > 0 && { gone }),
    ...(parts.totals && { totals: parts.totals }),
    ...(parts.rejects.length > 0 && { rejects: parts.rejects }),
    ...(parts.outages && { outages: parts.outages }),
    ...(parts.marts && { marts: parts.marts }),
    ...(parts.freshness && { freshness: parts.freshness }),
    ...(parts.definitions && { definitions: parts.definitions }),
  };
}

/** The number of items in a change, to which its size is proportional. */
export function itemCount(change: ChangeBody): number {
  return (
    (change.files?.length ?? 0) +
    (change.workers?.length ?? 0) +
    (change.gone?.files?.length ?? 0) +
    (change.gone?.workers?.length ?? 0)
  );
}

/** The combined effect of successive changes on items. */
function mergeItems<T, K>(
  changes: readonly { readonly items: readonly T[]; readonly gone: readonly K[] }[],
  keyOf: (item: T) => K,
): { items: T[]; gone: K[] } {
  const items = new Map<K, T>();
  const gone = new Set<K>();
  for (const change of changes) {
    for (const item of change.items) {
      items.set(keyOf(item), item);
      gone.delete(keyOf(item));
    }
    for (const key of change.gone) {
      items.delete(key);
      gone.add(key);
    }
  }
  return { items: [...items.values()], gone: [...gone] };
}
