import { expect, it } from 'vitest';
import { groupParts } from '../../../../coordinator/commands/compact/group-parts.ts';
import type { PlacedPart } from '../../../../ledger/tables/lake/compaction.ts';

let made = 0;
/** A part of so many bytes and rows, of which so many count. */
function part(bytes: number, { live = 10, version = 'a' } = {}): PlacedPart {
  const rows = 10;
  const chunk = { ownPath: '', chunkId: ++made, fileId: 1, version, rows: live, bytes };
  const sharedId = live === rows ? null : made;
  return { folder: 'trips', path: `p${made}`, rows, bytes, sharedId, chunks: [chunk] };
}

const limits = { targetBytes: 100, minParts: 3 };
const sizes = (parts: readonly PlacedPart[], columns: (version: string) => string = (version) => version) =>
  groupParts(parts, columns, limits).map((group) => group.map(({ bytes }) => bytes));

it('fills parts up to the target, in their order, and leaves large ones', () => {
  expect(sizes([part(30), part(30), part(60), part(30), part(20), part(40), part(40)])).toEqual([
    [30, 30, 30],
    [20, 40, 40],
  ]);
  expect(sizes([part(40), part(40), part(20), part(40), part(40), part(1)])).toEqual([
    [40, 40, 20],
    [40, 40, 1],
  ]);
});

it('leaves fewer small parts than that', () => {
  expect(sizes([part(1), part(1)])).toEqual([]);
  expect(sizes([part(50), part(60), part(200)])).toEqual([]);
});

it('puts parts with the same columns together, whichever definition wrote them', () => {
  const parts = [part(1), part(2, { version: 'b' }), part(3), part(4, { version: 'b' }), part(5)];
  expect(sizes(parts)).toEqual([[1, 3, 5]]);
  expect(sizes(parts, () => 'same')).toEqual([[1, 2, 3, 4, 5]]);
});

it('takes any part with rows that do not count, by the bytes of those that do', () => {
  expect(sizes([part(200, { live: 9 })])).toEqual([[200]]);
  expect(sizes([part(90, { live: 1 }), part(40), part(40)])).toEqual([[90, 40, 40]]);
});
