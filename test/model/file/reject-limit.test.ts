import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exceededLimit, mostRejects } from '../../../model/file/reject-limit.ts';

const none = Number.MAX_SAFE_INTEGER;

/** Millionths of a row: no fraction is rounded. */
const million = 1_000_000n;

interface Case {
  /** In millionths. */
  readonly share: number;
  readonly atLeast: number;
  readonly count: number;
  readonly parsed: number;
  readonly rejected: number;
}

/** What docs/rejects.md says, one sentence after the other. */
function fails({ share, atLeast, count, parsed, rejected }: Case): boolean {
  if (rejected > count) return true;
  const moreThanShare = BigInt(rejected) * million > BigInt(share) * BigInt(parsed);
  if (rejected === parsed) return moreThanShare;
  return moreThanShare && rejected > atLeast;
}

const cases = fc
  .record({
    share: fc.oneof(fc.constantFrom(0, 10_000, 70_000, 290_000, 1_000_000), fc.nat(1_000_000)),
    atLeast: fc.constantFrom(0, 1, 3, 10, 100),
    count: fc.oneof(fc.constant(none), fc.nat(20)),
    parsed: fc.oneof(fc.nat(30), fc.constantFrom(100, 1000, 1001), fc.nat(1_000_000_000)),
  })
  .chain((limit) => {
    const { share, parsed, atLeast } = limit;
    const edges = [0, 1, atLeast, atLeast + 1, parsed - 1, parsed, Math.round((share * parsed) / 1e6)]
      .flatMap((edge) => [edge - 1, edge, edge + 1])
      .filter((edge) => edge >= 0 && edge <= parsed);
    return fc.record({
      limit: fc.constant(limit),
      rejected: fc.oneof(fc.constantFrom(...edges), fc.nat(parsed)),
    });
  })
  .map(({ limit, rejected }): Case => ({ ...limit, rejected }));

describe('a limit of rejects', () => {
  it('fails the files that exact arithmetic fails', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const limit = { share: one.share / 1e6, atLeast: one.atLeast, count: one.count };
        expect(exceededLimit(limit, one) !== null).toBe(fails(one));
      }),
      { numRuns: 20_000 },
    );
  });

  it('gives a file up early only when it fails however long it is', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const limit = { share: one.share / 1e6, atLeast: one.atLeast, count: one.count };
        if (one.rejected > mostRejects(limit)) {
          for (const more of [0, 1, 1000, 1e9])
            expect(fails({ ...one, parsed: one.parsed + more })).toBe(true);
        } else if (one.share > 0) {
          expect(fails({ ...one, parsed: Math.ceil((one.rejected * 1e6) / one.share) + 1 })).toBe(false);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['one bad row of 50', { share: 0.01, atLeast: 10, count: none }, 50, 1, null],
    ['ten of 11', { share: 0.01, atLeast: 10, count: none }, 11, 10, null],
    ['eleven of 999', { share: 0.01, atLeast: 10, count: none }, 999, 11, '10 rows'],
    ['eleven of 1,000', { share: 0.01, atLeast: 10, count: none }, 1000, 11, '1 % of the rows'],
    ['more than the share of 2,000', { share: 0.01, atLeast: 10, count: none }, 2000, 21, '1 % of the rows'],
    [
      'a share that doubles do not have',
      { share: 0.07, atLeast: 10, count: none },
      1000,
      71,
      '7 % of the rows',
    ],
    ['exactly that share', { share: 0.07, atLeast: 10, count: none }, 100, 7, null],
    ['all of 5', { share: 0.01, atLeast: 10, count: none }, 5, 5, '1 % of the rows'],
    ['all where all may be', { share: 1, atLeast: 10, count: none }, 5, 5, null],
    ['one where none may be', { share: 0, atLeast: 0, count: none }, 1000, 1, '0 % of the rows'],
    ['more than the count', { share: 0.5, atLeast: 2, count: 3 }, 100, 4, '3 rows'],
    ['no row at all', { share: 0, atLeast: 0, count: 0 }, 0, 0, null],
    ['a definition from before there was a floor', { share: 0.01, count: none }, 50, 1, '1 % of the rows'],
  ])('%s', (_, limit, parsed, rejected, expected) => {
    expect(exceededLimit(limit, { parsed, rejected })).toBe(expected);
  });
});
