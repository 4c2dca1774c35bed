/** Merges several changes into one, for clients that are slow or were disconnected. */
import type { ChangeMessage, ProgressState } from '../../platform/progress/progress.ts';

/** The content of a change, without its place in the stream. */
export type ChangeBody = Omit<ChangeMessage, 'type' | 'epoch' | 'from' | 'seq'>;

const wholeParts = [
  'outages',
  'marts',
  'freshness',
  'sources',
  'definitions',
  'silent',
  'attention',
] as const;

/** Parts of the state that a change replaces as a whole. */
export type WholeParts = Pick<ProgressState, (typeof wholeParts)[number]>;

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
      commits: [...(first.commits ?? []), ...(second.commits ?? [])],
      whole: { ...wholePartsOf(first), ...wholePartsOf(second) },
    }),
  };
}

function wholePartsOf(change: ChangeMessage): Partial<WholeParts> {
  const changed = wholeParts.filter((part) => change[part] !== undefined);
  return Object.fromEntries(changed.map((part) => [part, change[part]]));
}

/** A body without the members in which nothing changed. */
export function bodyOf(parts: {
  files: NonNullable<ChangeBody['files']>;
  workers: NonNullable<ChangeBody['workers']>;
  goneFiles: readonly number[];
  goneWorkers: readonly string[];
  totals: ChangeBody['totals'] | null;
  rejects: NonNullable<ChangeBody['rejects']>;
  commits: NonNullable<ChangeBody['commits']>;
  /** Those that have changed. */
  whole: Partial<WholeParts>;
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
    ...(parts.commits.length > 0 && { commits: parts.commits }),
    ...parts.whole,
  };
}

/** So many commits are about as long as a file. */
const commitsPerItem = 6;

/** The number of items in a change, to which its size is proportional. */
export function itemCount(change: ChangeBody): number {
  return (
    (change.files?.length ?? 0) +
    (change.workers?.length ?? 0) +
    (change.gone?.files?.length ?? 0) +
    (change.gone?.workers?.length ?? 0) +
    Math.ceil((change.commits?.length ?? 0) / commitsPerItem)
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
