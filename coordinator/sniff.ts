/**
 * Settles a delimiter that a definition leaves to the file (`auto`). Simple and in the open: the
 * candidate that cuts the first records into the same number of fields, most of them; where two are as
 * good as each other the file is refused rather than guessed at.
 */
import { readHead } from '../kernel/header.ts';
import { LandfallError } from '../platform/errors.ts';

const candidates = [',', ';', '\t', '|'] as const;

/** Records looked at. */
const recordsLooked = 10;

interface Form {
  readonly quote: string | null;
  readonly trim: boolean;
}

/**
 * `head`: the first bytes of the file, ending with a whole record. Throws LF_DIALECT_AMBIGUOUS when two
 * delimiters fit equally well. A file of one column gets the first candidate, which never occurs in it.
 */
export function sniffDelimiter(head: Uint8Array, form: Form, name: string): string {
  const scores = candidates.map((delimiter) => ({ delimiter, fields: steadyFields(head, form, delimiter) }));
  const best = Math.max(...scores.map((score) => score.fields));
  if (best <= 1) return candidates[0];
  const winners = scores.filter((score) => score.fields === best).map((score) => score.delimiter);
  if (winners.length === 1) return winners[0];
  const shown = winners.map((delimiter) => (delimiter === '\t' ? 'tab' : `'${delimiter}'`)).join(' and ');
  throw new LandfallError('LF_DIALECT_AMBIGUOUS', { file: name, candidates: shown });
}

/** Fields of the first record when all records looked at have as many; else 0. */
function steadyFields(head: Uint8Array, form: Form, delimiter: string): number {
  let rest = head;
  let fields = 0;
  for (let record = 0; record < recordsLooked && rest.length > 0; record++) {
    const read = readHead(rest, { ...form, delimiter });
    if (read === null) break;
    if (record === 0) fields = read.fields.length;
    else if (read.fields.length !== fields) return 0;
    rest = rest.subarray(read.bytes);
  }
  return fields;
}
