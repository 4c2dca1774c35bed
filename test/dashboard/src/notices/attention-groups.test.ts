import { expect, it } from 'vitest';
import {
  attentionKey,
  groupsOf,
  type Notice,
  noticesOf,
} from '../../../../dashboard/src/notices/attention-groups.ts';
import { failedAttention } from '../../../../platform/progress/attention.ts';
import type { ProgressState } from '../../../../platform/progress/progress.ts';
import { fileOf, snapshotOf } from '../../scripted.ts';

const since = '2026-01-01T00:00:00.000Z';
const error = { code: 'LF_HEADER', message: 'No field.', fix: 'Add it.' };

function stateOf(state: Partial<ProgressState>): ProgressState {
  return (snapshotOf(state) as { state: ProgressState }).state;
}

function failed(fileId: number, dataset = 'trips', code = 'LF_HEADER'): Notice {
  const file = fileOf({ fileId, dataset, state: 'failed', finishedAt: since, error: { ...error, code } });
  return { ...failedAttention(file), dismissed: null };
}

it('is asked for when something that the server knows may have changed', () => {
  const bad = fileOf({ fileId: 1, state: 'failed' });
  const one = attentionKey(stateOf({ files: [bad] }));
  expect(attentionKey(stateOf({ files: [bad], rejects: [] }))).toBe(one);
  expect(attentionKey(stateOf({ files: [bad], attention: 'e-2' }))).not.toBe(one);
  // It may be the one that takes the place of the first.
  expect(attentionKey(stateOf({ files: [bad, fileOf({ fileId: 2 })] }))).not.toBe(one);
});

it('a dismissal holds for the occurrence that was dismissed', () => {
  const state = stateOf({ outages: [{ with: 'lake', since, ...error }] });
  const [live] = noticesOf(state, []);
  expect(live).toMatchObject({ kind: 'outage', key: 'lake', dismissed: null });
  const dismissed = { at: since, by: 'ann' };
  expect(noticesOf(state, [{ ...live, dismissed }])).toMatchObject([{ dismissed }]);
  expect(noticesOf(state, [{ ...live, dismissed, occurrence: 'earlier' }])).toMatchObject([
    { dismissed: null },
  ]);
});

it('puts what stops work first, and what the stream says before what was asked for', () => {
  const marts = [{ dataset: 'sales', name: 'ratios', since, ...error }];
  const state = stateOf({ marts, outages: [{ with: 'lake', since, ...error }] });
  const gone = { ...failed(1), kind: 'mart', key: 'over' } as const;
  expect(noticesOf(state, [failed(1), gone]).map(({ kind, key }) => `${kind} ${key}`)).toEqual([
    ...['outage lake', 'failed 1', 'mart sales.ratios'],
  ]);
});

it('many files of a dataset that failed for one reason are one item', () => {
  const notices = [
    failed(1),
    failed(2),
    failed(3),
    failed(4),
    failed(5, 'orders'),
    failed(6, 'trips', 'LF_X'),
  ];
  expect(groupsOf(notices).map((group) => group.map(({ fileId }) => fileId))).toEqual([
    [1, 2, 3, 4],
    [5],
    [6],
  ]);
  expect(groupsOf(notices.slice(1))).toHaveLength(5);
});
