/** Bytes turned into others: flips, splices, truncations, insertions of what means something in CSV. */
import type { Chance } from './random.ts';

const special = [
  ...['"', "'", ',', ';', '\t', '|', '||', '\n', '\r', '\r\n', '\\', '#', ' ', '""', '","', '"\n"', '\n\n'],
  ...['\0', '\ufeff', '.', '-', '+', 'e', 'E9', '0', '9', '99999999', ':', '60', 'T', 'Z', '(', ')', '{'],
  ...['é', '€', '😀', 'Ж', 'NaN', 'inf', 'NULL', '1e400', '\u0085', '\u2028'],
].map((text) => Buffer.from(text));
const bytes = [0, 0x80, 0xbf, 0xc0, 0xc3, 0xd8, 0xe0, 0xed, 0xf4, 0xff, 0x0a, 0x0d, 0x22, 0x5c, 0x7f];

/** A few mutations; `other`: what pieces are taken from. */
export function mutate(chance: Chance, input: Uint8Array, other: Uint8Array): Uint8Array {
  let result = Buffer.from(input);
  for (let i = chance.below(6); i > 0; i--) result = Buffer.from(once(chance, result, other));
  return result;
}

function once(chance: Chance, input: Buffer, other: Uint8Array): Uint8Array {
  const at = chance.below(input.length + 1);
  const end = Math.min(input.length, at + chance.between(1, chance.once(4) ? 200 : 8));
  const insert = (piece: Uint8Array, to = at) =>
    Buffer.concat([input.subarray(0, at), piece, input.subarray(to)]);
  switch (chance.below(9)) {
    case 0:
      if (at < input.length) input[at] ^= 1 << chance.below(8);
      return input;
    case 1:
      if (at < input.length) input[at] = chance.of(bytes);
      return input;
    case 2:
      return input.subarray(0, at);
    case 3:
      return insert(Buffer.alloc(0), end);
    case 4:
      return insert(input.subarray(at, end));
    case 5: {
      const from = chance.below(other.length + 1);
      return insert(other.subarray(from, from + chance.between(1, 60)), chance.once(2) ? end : at);
    }
    case 6:
      return insert(Buffer.alloc(chance.of([1, 15, 16, 17, 63, 64, 65, 130]), chance.of(special)));
    default:
      return insert(chance.of(special));
  }
}
