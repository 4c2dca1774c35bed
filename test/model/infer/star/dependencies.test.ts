/** Dependencies, compared with a slow count over pairs of rows. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeColumn } from '../../../../model/infer/star/column-codes.ts';
import { dependencyOf, dependsOn, isEvidence } from '../../../../model/infer/star/dependencies.ts';
import { plays } from '../../../support/long.ts';
import { type Cells, foundColumns } from '../support.ts';

const coded = (rows: Cells) => foundColumns(['a', 'b'], rows).map((column, c) => codeColumn(column, c, rows));

/** Values of the first column with several values of the second; a null that has one is broken too. */
function slowBroken(rows: Cells): number {
  const values = new Set(rows.map(([a]) => a));
  return [...values].filter((value) => {
    const seconds = new Set(rows.filter(([a]) => a === value).map(([, b]) => b));
    return value === null ? [...seconds].some((b) => b !== null) : seconds.size > 1;
  }).length;
}

test('broken values are those that a slow count finds', () => {
  const cell = fc.constantFrom(null, 'x', 'y', 'z');
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 12 }), (rows) => {
      const [a, b] = coded(rows);
      const { broken, compared } = dependencyOf(a, b, 99);
      expect(broken).toBe(slowBroken(rows));
      const present = rows.filter(([first]) => first !== null);
      expect(compared).toBe(present.length - new Set(present.map(([first]) => first)).size);
      // It stops after the first broken value that is one too many.
      expect(dependencyOf(a, b).broken).toBe(Math.min(1, broken));
    }),
    { numRuns: plays(330, 5_000) },
  );
});

const repeated = (
  members: number,
  times: number,
  of: (member: number, time: number) => string | null,
): Cells =>
  Array.from({ length: members * times }, (_, i) => [
    String(i % members),
    of(i % members, Math.floor(i / members)),
  ]);

test('a dependency needs rows that could have contradicted it', () => {
  const depends = (rows: Cells) => {
    const [a, b] = coded(rows);
    return dependsOn(b, a);
  };
  expect(depends(repeated(10, 5, (m) => `name ${m}`))).toBe(true);
  // One row in fifty contradicts.
  expect(depends(repeated(10, 5, (m, t) => `name ${m + (m === 3 && t === 4 ? 1 : 0)}`))).toBe(false);
  // A key of its own in every row determines everything, and says nothing.
  expect(depends(repeated(50, 1, (m) => `name ${m}`))).toBe(false);
  // Nearly always the same value: agreement is chance.
  expect(depends(repeated(60, 2, (m) => (m === 3 ? 'N' : 'Y')))).toBe(false);
  expect(depends(repeated(10, 5, () => 'same'))).toBe(false);
  // A name in a row without an id would be lost.
  const rows = repeated(10, 5, (m) => `name ${m}`);
  expect(depends([...rows, [null, null]])).toBe(true);
  expect(depends([...rows, [null, 'name 3']])).toBe(false);
  // As it would where the first row of a member has none.
  expect(depends([['3', null], ...rows])).toBe(false);
});

test('evidence grows with the rows that were compared and with the values that there are', () => {
  const [, b] = coded(repeated(2, 20, (m) => String(m)));
  expect(isEvidence(b, 20)).toBe(false);
  expect(isEvidence(b, 21)).toBe(true);
  const [, many] = coded(repeated(40, 2, (m) => String(m)));
  expect([9, 10].map((compared) => isEvidence(many, compared))).toEqual([false, true]);
});
