/** Dialects, contents and encodings for properties: small alphabets that make odd neighbours likely. */
import fc from 'fast-check';
import { dialectFault } from '../../kernel/dialect/machine.ts';
import type { KernelDialect } from '../../kernel/types.ts';

/** Any dialect that can be read. */
export const anyDialect: fc.Arbitrary<KernelDialect> = fc
  .record({
    delimiter: fc.constantFrom(',', ';', '\t', '|', ' ', 'x', '||', '::', '|||x', 'aab', '␟', ', ', 'blanks'),
    quote: fc.constantFrom('"', "'", '`', null),
    trim: fc.boolean(),
    escape: fc.constantFrom(null, '\\', '"', '^'),
    lineEnds: fc.constantFrom('lf' as const, 'any' as const),
    comment: fc.constantFrom(null, '#', '//', '|#', 'a'),
    shortRows: fc.constantFrom('reject' as const, 'pad' as const),
    longRows: fc.constantFrom('reject' as const, 'truncate' as const),
    blankRows: fc.constantFrom('read' as const, 'skip' as const),
  })
  .filter((dialect) => dialectFault(dialect) === null);

/** Pieces of text that mean something in some dialect. */
export const anyPieces: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom('"', "'", ',', ';', '\t', '|', '||', '\n', '\r', '\r\n', '\\', '#', '/'),
    },
    {
      weight: 4,
      arbitrary: fc.constantFrom('a', 'x', 'aab', '|||x', '␟', ' ', '  ', ':', '::', '^', '`', '12', '""'),
    },
    { weight: 2, arbitrary: fc.constantFrom('é', 'ß', '€', '😀', 'Ж', 'ｱ', '表', '\u0000', '\ufeff') },
    { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
    { weight: 1, arbitrary: fc.constantFrom('y'.repeat(70), `"${'z,'.repeat(40)}"`) },
  ),
  { maxLength: 60 },
);

/** For a delimiter: pieces among which it and its parts are frequent. */
export function piecesFor({ delimiter, quote, escape: mark }: KernelDialect): fc.Arbitrary<string> {
  const sign = delimiter === 'blanks' ? ' ' : delimiter;
  const own = [sign, sign, sign.slice(0, 1), '\n', quote ?? 'q', mark ?? 'e', 'b'];
  return fc
    .array(
      fc.oneof(
        fc.constantFrom(...own),
        anyPieces.map((pieces) => pieces[0] ?? ''),
      ),
      { maxLength: 60 },
    )
    .map((pieces) => pieces.join(''));
}
