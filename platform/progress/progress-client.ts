/** What a client of the progress socket does with its messages (docs/progress.md). Pure. */
import type { ChangeMessage, ProgressMessage, ProgressState } from './progress.ts';

/** A client's copy of the state and where it stands in the stream of changes. */
export interface ProgressView {
  readonly epoch: string;
  readonly seq: number;
  readonly state: ProgressState;
}

/** Most rejects a view keeps. */
const keptRejects = 50;

/**
 * The view after a message: a snapshot replaces it, a change that follows on it is applied.
 * Null when the change does not fit: the client has missed something and must reconnect for a snapshot.
 */
export function applyMessage(view: ProgressView | null, message: ProgressMessage): ProgressView | null {
  if (message.type === 'snapshot') return { epoch: message.epoch, seq: message.seq, state: message.state };
  if (view === null || message.epoch !== view.epoch || message.from > view.seq) return null;
  if (message.seq <= view.seq) return view;
  return { epoch: view.epoch, seq: message.seq, state: applyChange(view.state, message) };
}

function applyChange(state: ProgressState, change: ChangeMessage): ProgressState {
  return {
    files: replace(state.files, change.files, change.gone?.files, (file) => file.fileId),
    workers: replace(state.workers, change.workers, change.gone?.workers, (worker) => worker.workerId),
    totals: change.totals ?? state.totals,
    rejects: change.rejects ? [...change.rejects, ...state.rejects].slice(0, keptRejects) : state.rejects,
    outages: change.outages ?? state.outages,
    marts: change.marts ?? state.marts,
    freshness: change.freshness ?? state.freshness,
    sources: change.sources ?? state.sources,
    definitions: change.definitions ?? state.definitions,
    silent: change.silent ?? state.silent,
    attention: change.attention ?? state.attention,
  };
}

/** Items by key: `changed` ones replaced or added at the end, `gone` ones dropped. */
function replace<T, K>(
  items: readonly T[],
  changed: readonly T[] | undefined,
  gone: readonly K[] | undefined,
  key: (item: T) => K,
): readonly T[] {
  if (!changed && !gone) return items;
  const byKey = new Map(items.map((item) => [key(item), item]));
  for (const item of changed ?? []) byKey.set(key(item), item);
  for (const dropped of gone ?? []) byKey.delete(dropped);
  return [...byKey.values()];
}
