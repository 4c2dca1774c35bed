/** Hashes of rows as docs/modes.md describes them, one row and one value at a time. */
import type { LogicalType } from '../../model/compiled.ts';

const word = (value: bigint) => BigInt.asUintN(32, value);
const rotated = (value: bigint, bits: bigint) => word((value << bits) | (word(value) >> (32n - bits)));

const constants = [0x239b961bn, 0xab0e9789n, 0x38b34ae5n, 0xa1e38b93n];
const valueTurns = [15n, 16n, 17n, 18n];
const stateTurns = [19n, 17n, 15n, 13n];
const added = [0x561ccd1bn, 0x0bcaa747n, 0x96cd1c35n, 0x32ac3b17n];

/** MurmurHash3_x86_128 with seed 0. */
export function murmur3(bytes: Uint8Array): Buffer {
  const h = [0n, 0n, 0n, 0n];
  const blocks = Math.floor(bytes.length / 16);
  const wordsOf = (part: Uint8Array) => {
    const padded = Buffer.alloc(16);
    padded.set(part);
    return [0, 4, 8, 12].map((at) => BigInt(padded.readUInt32LE(at)));
  };
  const valued = (k: bigint, i: number) =>
    word(rotated(word(k * constants[i]), valueTurns[i]) * constants[(i + 1) % 4]);
  for (let b = 0; b < blocks; b++) {
    wordsOf(bytes.subarray(b * 16, b * 16 + 16)).forEach((k, i) => {
      h[i] ^= valued(k, i);
      h[i] = word((rotated(h[i], stateTurns[i]) + h[(i + 1) % 4]) * 5n + added[i]);
    });
  }
  wordsOf(bytes.subarray(blocks * 16)).forEach((k, i) => {
    h[i] ^= valued(k, i);
  });
  const sums = () => {
    h[0] = word(h[0] + h[1] + h[2] + h[3]);
    for (const i of [1, 2, 3]) h[i] = word(h[i] + h[0]);
  };
  for (const i of [0, 1, 2, 3]) h[i] ^= BigInt(bytes.length);
  sums();
  for (const i of [0, 1, 2, 3]) {
    h[i] = word((h[i] ^ (h[i] >> 16n)) * 0x85ebca6bn);
    h[i] = word((h[i] ^ (h[i] >> 13n)) * 0xc2b2ae35n);
    h[i] ^= h[i] >> 16n;
  }
  sums();
  const out = Buffer.alloc(16);
  h.forEach((value, i) => {
    out.writeUInt32LE(Number(value), i * 4);
  });
  return out;
}

/** A value as a builder of its type takes it: a number, a bigint, a boolean, a text or a place. */
export type Given =
  | number
  | bigint
  | boolean
  | string
  | { readonly lon: number; readonly lat: number }
  | null;

export interface GivenColumn {
  readonly name: string;
  readonly logical: LogicalType;
}

const whole = (value: bigint) => {
  const out = Buffer.alloc(16);
  out.writeBigUInt64LE(BigInt.asUintN(64, value));
  out.writeBigUInt64LE(BigInt.asUintN(64, value >> 64n), 8);
  return out;
};

const double = (value: number, forgetSign: boolean) => {
  const out = Buffer.alloc(8);
  if (Number.isNaN(value)) return Buffer.from('000000000000f87f', 'hex');
  out.writeDoubleLE(forgetSign && value === 0 ? 0 : value);
  return out;
};

function valueBytes(value: NonNullable<Given>, { type }: LogicalType, forgetSign: boolean): Buffer {
  if (typeof value === 'object')
    return Buffer.concat([double(value.lon, forgetSign), double(value.lat, forgetSign)]);
  if (type === 'float8') return Buffer.concat([double(value as number, forgetSign), Buffer.alloc(8)]);
  if (type === 'uuid') return Buffer.from((value as string).replaceAll('-', ''), 'hex');
  if (typeof value === 'string') return murmur3(Buffer.from(value));
  return whole(BigInt(value));
}

const wholes = ['smallint', 'integer', 'bigint'];

/** The hash of a row as hexadecimal digits. `values`: one for each column. */
export function rowHash(
  columns: readonly GivenColumn[],
  values: readonly Given[],
  forgetSign = false,
): string {
  const blocks = columns
    .map((column, c) => ({ ...column, value: values[c] }))
    .filter(({ value }) => value !== null)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, logical, value }) => {
      const scale = logical.type === 'numeric' ? ` ${logical.scale}` : '';
      const family = wholes.includes(logical.type) ? 'bigint' : `${logical.type}${scale}`;
      const seed = murmur3(Buffer.from(`${name}\0${family}`));
      return valueBytes(value!, logical, forgetSign).map((byte, i) => byte ^ seed[i]);
    });
  return murmur3(Buffer.concat(blocks)).toString('hex');
}
