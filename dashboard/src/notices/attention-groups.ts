/** What needs a person, in the order in which it is shown, and what belongs together as one item. Pure. */
import { type Attention, type AttentionKind, attentionOf } from '../../../platform/progress/attention.ts';
import type { ProgressState } from '../../../platform/progress/progress.ts';

/** A notice as `/api/attention` says it. */
export interface Notice extends Attention {
  readonly dismissed: { readonly at: string; readonly by: string | null } | null;
}

/** So many failed files with one cause are an item each; more are one item. */
const fewAlike = 3;

const order: readonly AttentionKind[] = [
  ...([
    'outage',
    'definition',
    'decision',
    'failed',
    'unknown',
    'mart',
    'source',
    'late',
    'webhook',
  ] as const),
];

/** A text that changes when what the server knows of attention may have. */
export function attentionKey(state: ProgressState): string {
  const live = attentionOf(state).map(({ kind, key, occurrence }) => `${kind} ${key} ${occurrence}`);
  const { filesFailed, files } = state.totals;
  // A failed file is dealt with when another one takes its place, so that files that land matter.
  return [state.attention, ...live, filesFailed, filesFailed > 0 ? files : 0].join('\n');
}

/** The state has the current notices; only the server has those of failed files and webhooks, and what was dismissed. */
export function noticesOf(state: ProgressState, known: readonly Notice[]): Notice[] {
  const byName = new Map(known.map((one) => [`${one.kind} ${one.key}`, one]));
  const live = attentionOf(state).map((one): Notice => {
    const same = byName.get(`${one.kind} ${one.key}`);
    return { ...one, dismissed: same?.occurrence === one.occurrence ? same.dismissed : null };
  });
  const failed = known.filter(({ kind }) => ['failed', 'decision', 'webhook'].includes(kind));
  return [...live, ...failed].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** Notices that are shown as one item: the first says what is wrong with all of them. */
export type Group = readonly [Notice, ...Notice[]];

export function groupsOf(notices: readonly Notice[]): Group[] {
  const groups = new Map<string, [Notice, ...Notice[]]>();
  for (const notice of notices) {
    const { kind, key, dataset, code } = notice;
    const name = kind === 'failed' ? `failed ${dataset} ${code}` : `${kind} ${key}`;
    const group = groups.get(name);
    if (group) group.push(notice);
    else groups.set(name, [notice]);
  }
  return [...groups.values()].flatMap((group): Group[] =>
    group.length <= fewAlike ? group.map((notice): Group => [notice]) : [group],
  );
}
