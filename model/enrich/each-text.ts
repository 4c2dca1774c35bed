/** Asks once for each text of a vector. */
import { isValid, type Utf8Vector, type Vector } from '../../kernel/columns/vectors.ts';
import { textAt } from '../types/text.ts';

/**
 * The result of `find` for each row's text, called once per distinct text if the input is a dictionary. Results are
 * not kept between batches: a dictionary belongs to one chunk, and two chunks are in flight.
 */
export function eachText<T>(
  vector: Vector,
  rows: number,
  find: (text: string) => T,
  put: (i: number, found: T | null) => void,
) {
  if (vector.kind !== 'dictionary') {
    for (let i = 0; i < rows; i++) {
      put(i, isValid(vector, i) ? find(textAt(vector as Utf8Vector, i)) : null);
    }
    return;
  }
  const found = new Map<number, T>();
  for (let i = 0; i < rows; i++) {
    if (!isValid(vector, i)) {
      put(i, null);
      continue;
    }
    const code = vector.values[i];
    let answer = found.get(code);
    if (answer === undefined) {
      answer = find(vector.dictionary.text(code));
      found.set(code, answer);
    }
    put(i, answer);
  }
}
