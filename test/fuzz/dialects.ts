/** Dialects and contents by chance. */
import { encodings } from '../../kernel/dialect/encodings.ts';
import { dialectFault } from '../../kernel/dialect/machine.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import { cases } from '../csv/cases.ts';
import { comma } from '../kernel/read.ts';
import type { Chance } from './random.ts';

const delimiters = [',', ';', '\t', '|', ' ', 'x', '||', '::', '|||x', 'aab', '␟', ', ', 'blanks'];

/** Two in five are the plainest. */
export function anyDialect(chance: Chance): KernelDialect {
  if (chance.below(5) < 2)
    return chance.once(4) ? { ...comma, delimiter: chance.of([';', '\t', '|']) } : comma;
  for (;;) {
    const dialect: KernelDialect = {
      delimiter: chance.once(2) ? ',' : chance.of(delimiters),
      quote: chance.once(3) ? chance.of(["'", '`', null]) : '"',
      trim: chance.once(3),
      escape: chance.once(2) ? null : chance.of(['\\', '"', '^']),
      lineEnds: chance.of(['lf', 'any']),
      comment: chance.once(2) ? null : chance.of(['#', '//', '|#', 'a']),
      shortRows: chance.of(['reject', 'pad']),
      longRows: chance.of(['reject', 'truncate']),
      ...(chance.once(3) && { blankRows: 'skip' }),
      ...(chance.once(4) && { encoding: chance.of(encodings) }),
    };
    if (dialectFault(dialect) === null) return dialect;
  }
}

/** The examples of docs/csv.md that are small and not packed. */
export const corpus: readonly Uint8Array[] = cases
  .map(({ file }) => Buffer.from(file as string))
  .filter(({ length }) => length < 4000);

const pieces = [
  '"',
  '"',
  '\n',
  '\n',
  '\r\n',
  '\r',
  ',',
  ',',
  ';',
  '|',
  '||',
  '\\',
  '#',
  ' ',
  '\t',
  'a',
  'b',
  '12',
  '""',
  'é',
  '表',
  '😀',
  'x',
];

/** Pieces that mean something, those of the dialect above all. */
export function anyText(chance: Chance, { delimiter, quote, escape: mark, comment }: KernelDialect): string {
  const sign = delimiter === 'blanks' ? ' ' : delimiter;
  const own = [sign, sign, sign.slice(0, 1), '\n', '\n', quote ?? 'q', mark ?? 'e', comment ?? 'c', 'b'];
  return chance.list(50, () => (chance.once(2) ? chance.of(own) : chance.of(pieces))).join('');
}

export function encoded(text: string, encoding = 'utf-8'): Uint8Array {
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text);
}
