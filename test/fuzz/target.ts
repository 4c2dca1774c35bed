/** What the fuzzer does over and over: make an input by chance, and check what becomes of it. */
import type { Chance } from './random.ts';

export interface Input {
  /** What a failing input is made smaller of. */
  readonly bytes: Uint8Array;
  /** All else, to be shown. */
  readonly options: object;
}

export interface Target<I extends Input = Input> {
  readonly name: string;
  /** How often it comes up. */
  readonly weight: number;
  make(chance: Chance): I;
  /** Throws where the answer is wrong. */
  check(input: I): void | Promise<void>;
}

/** Deep equality that tells -0 from 0; the path to the first difference, or null. */
export function difference(a: unknown, b: unknown, path = ''): string | null {
  if (Object.is(a, b)) return null;
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const keys = Object.keys(a);
    if (keys.length === Object.keys(b).length) {
      for (const key of keys) {
        const found = difference(a[key as never], b[key as never], `${path}.${key}`);
        if (found !== null) return found;
      }
      return null;
    }
  }
  return `at ${path || 'top'}: ${shown(a)} instead of ${shown(b)}`;
}

export function expectSame(found: unknown, wanted: unknown, what: string): void {
  const different = difference(found, wanted);
  if (different !== null) throw new Error(`${what} ${different}`);
}

export function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, member) => {
    if (typeof member === 'bigint') return `${member}n`;
    if (ArrayBuffer.isView(member)) return '…';
    return Object.is(member, -0) ? '-0' : Number.isNaN(member) ? 'NaN' : member;
  });
  return (text ?? String(value)).slice(0, 1500);
}
