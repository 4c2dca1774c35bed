/** Whatever a column holds: its type, as guessed, reads every value that is not said to be null or rejected. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { guessColumn } from '../../../model/infer/guess/guess-column.ts';
import { plays } from '../../support/long.ts';
import { readBy, sampleOf } from './guess/support.ts';

const oneOf = (...texts: string[]) => fc.constantFrom(...texts);
const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((some) => some.join(''));
const digits = (most: number) => fc.stringMatching(new RegExp(`^\\d{1,${most}}$`));

/** Pieces of numbers and times in any order. */
const piece = fc.oneof(
  digits(4),
  oneOf(...".,-/:() $%€TZ+eE'_"),
  oneOf(' UTC', 'Jan', 'am', ' PM', 'kg', 'P', 'H', 'yes', 'inf'),
);
const anything = fc.array(piece, { minLength: 1, maxLength: 9 }).map((some) => some.join(''));

const mark = oneOf('-', '/', '.', ' ', ', ', '');
const year = oneOf('2024', '1999', '24', '07');
const part = oneOf('1', '01', '13', '28', '31', '12', '7');
const month = oneOf('Jan', 'March', 'Sept.', 'мая', 'января', 'Mai', 'déc.', 'gennaio', 'lis');
const day = fc
  .tuple(fc.shuffledSubarray([year, part, part, month], { minLength: 2, maxLength: 3 }), mark)
  .chain(([parts, between]) => fc.tuple(...parts).map((some) => some.join(between)));
const clock = joined(
  part,
  oneOf(':00', ':59', ':00:00', ':30:59', ':10:10.5', ':10:10.123456', ':10:10,123', ':10:10.123456789', ''),
  oneOf('', '', ' AM', 'pm'),
);
const time = joined(
  fc.oneof(day, oneOf('20240113', 'Sat, 13 Jan 2024', '')),
  oneOf(' ', 'T', ', ', ''),
  fc.oneof(clock, oneOf('')),
  oneOf('', 'Z', ' UTC', '+02:00', ' -0500', ' Europe/Paris', ' GMT', ' EST'),
);
const number = joined(
  oneOf('', '', '-', '(', '$', '-$', '€ ', '+', '0'),
  fc.oneof(
    digits(3),
    joined(digits(3), oneOf(',', '.', ' ', "'", '_'), oneOf('000', '123', '5', '25')),
    oneOf('1,234,567', '1.234.567,89', '12 345', '123456789012', '1e5', '1.5e-7', '2E10', '1e400', '00'),
    oneOf('9223372036854775808', '0.12345678901234567890', '1705140000', '1705140000123'),
  ),
  oneOf('', '', '-', ')', '%', ' %', ' kg', '€', '.5', ',5', '.'),
);

/** Columns in which one text is varied by its digits, and columns of few different ones. */
const column = fc.oneof(
  ...[anything, time, number].map((text) =>
    fc
      .tuple(text, fc.array(fc.array(fc.nat(9), { minLength: 9, maxLength: 9 }), { maxLength: 4 }))
      .map(([one, others]) => {
        const varied = others.map((by) => {
          let at = 0;
          return one.replace(/\d/g, () => String(by[at++ % by.length]));
        });
        return [one, ...varied];
      }),
  ),
  ...[time, number].map((text) => fc.array(fc.oneof(text, oneOf('NA')), { minLength: 1, maxLength: 3 })),
);

it('reads every value', async () => {
  const types = new Set<string>();
  await fc.assert(
    fc.asyncProperty(column, oneOf('v', 'created', 'duration'), async (written, header) => {
      const texts = written.map((text) => text.trim()).filter((text) => text !== '');
      fc.pre(texts.length > 0);
      const guess = guessColumn(sampleOf(texts, header));
      types.add(guess.type);
      const values = await readBy(guess, texts);
      const rejected = texts.filter((text, i) => values[i] === undefined && !guess.misfits!.includes(text));
      const lost = texts.filter((text, i) => values[i] === null && !guess.nulls.includes(text));
      expect({ guess, rejected, lost }).toEqual({ guess, rejected: [], lost: [] });
    }),
    // A few runs may come to no column of a rare type.
    { numRuns: plays(1_000, 15_000), examples: [[['123456789012'], 'v']] },
  );
  for (const type of ['integer', 'bigint', 'numeric', 'date', 'timestamp', 'text']) {
    expect(types).toContain(type);
  }
});
