/** What the columns of a file say about one another. */
import { expect, it } from 'vitest';
import { guessColumns } from '../../../../model/infer/guess/guess-columns.ts';
import { sampleOf } from './support.ts';

const optionsOf = (...columns: string[][]) =>
  guessColumns(columns.map((texts) => sampleOf(texts))).guesses.map(({ options }) => options);

it('is in which order day and month stand', () => {
  const [doubtful, sure] = optionsOf(['03/04/2024'], ['13/04/2024', '03/05/2024']);
  expect([doubtful, sure]).toEqual([{ formats: ['dd/MM/yyyy'] }, { formats: ['dd/MM/yyyy'] }]);
  // Where the others do not agree, none is followed.
  expect(optionsOf(['03/04/2024'], ['13/04/2024'], ['04/13/2024'])[0]).toEqual({ formats: ['MM/dd/yyyy'] });
});

it('is which mark separates fractions', () => {
  expect(optionsOf(['1,234'], ['0,5'])[0]).toEqual({ decimal: ',' });
  expect(optionsOf(['1,234'], ['0.5'])[0]).toEqual({ thousands: ',' });
  expect(optionsOf(['1.234'], ['1.234,5'])[0]).toEqual({ decimal: ',', thousands: '.' });
});

it('is that the file is the dump of a database', () => {
  const nulls = (...columns: string[][]) =>
    guessColumns(columns.map((texts) => sampleOf(texts))).guesses.map((guess) => guess.nulls);
  expect(nulls(['a', '\\N'], ['1', '\\N'])).toEqual([['\\N'], ['\\N']]);
  expect(nulls(['a', '\\N'], ['1', ''])).toEqual([[], []]);
});
