/** Several changes as one, for clients that are slow or were away. */
import type { ChangeMessage } from '../../platform/progress/progress.ts';

/** What a change says, without its place in the stream. */
export type ChangeBody = Omit<ChangeMessage, 'type' | 'epoch' | 'from' | 'seq'>;

/** Most rejects that the state holds, and so the most that a change needs to carry. */
export const keptRejects = 50;

/** The change that does what `first` and then `second` do. They follow on each other. */
export function mergeChanges(first: ChangeMessage, second: ChangeMessage): ChangeMessage {
  const files = mergeItems(
    first.files,
    second.files,
    first.gone?.files,
    second.gone?.files,
    (file) => file.fileId,
  );
  const workers = mergeItems(
    first.workers,
    second.workers,
    first.gone?.workers,
    second.gone?.workers,
    (worker) => worker.workerId,
  );
  const totals = second.totals ?? first.totals;
  const outages = second.outages ?? first.outages ?? null;
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
      definitions,
    }),
  };
}

/** A body with only the members that say something. */
export function bodyOf(parts: {
  files: NonNullable<ChangeBody['files']>;
  workers: NonNullable<ChangeBody['workers']>;
  goneFiles: readonly number[];
  goneWorkers: readonly string[];
  totals: ChangeBody['totals'] | null;
  rejects: NonNullable<ChangeBody['rejects']>;
  /** Null where they are as they were. */
  outages: ChangeBody['outages'] | null;
  /** Null where they are as they were. */
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
    ...(parts.definitions && { definitions: parts.definitions }),
  };
}

/** How many items a change carries: what its size grows with. */
export function itemCount(change: ChangeBody): number {
  return (
    (change.files?.length ?? 0) +
    (change.workers?.length ?? 0) +
    (change.gone?.files?.length ?? 0) +
    (change.gone?.workers?.length ?? 0)
  );
}

function mergeItems<T, K>(
  first: readonly T[] = [],
  second: readonly T[] = [],
  firstGone: readonly K[] = [],
  secondGone: readonly K[] = [],
  keyOf: (item: T) => K,
): { items: T[]; gone: K[] } {
  const items = new Map<K, T>(first.map((item) => [keyOf(item), item]));
  const gone = new Set<K>(firstGone);
  for (const item of second) {
    items.set(keyOf(item), item);
    gone.delete(keyOf(item));
  }
  for (const key of secondGone) {
    items.delete(key);
    gone.add(key);
  }
  return { items: [...items.values()], gone: [...gone] };
}
