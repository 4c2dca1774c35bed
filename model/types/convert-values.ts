/** Converters for the other types that the kernel hands over as text. */
import { RejectReason } from '../../kernel/types.ts';
import { type Converter, Refusal } from '../compiled.ts';

const outOfRange = new Refusal(RejectReason.range);

/**
 * Text → the unscaled value (bigint) of a decimal that 64 bits do not hold, by the kernel's rules: nothing
 * is rounded, and what does not fit is out of range.
 */
export function numericConverter(precision: number, scale: number): Converter {
  const limit = 10n ** BigInt(precision);
  return (text) => {
    const parts = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?$/.exec(text);
    if (parts === null) return undefined;
    const [, sign, whole, fraction = ''] = parts;
    if (/[1-9]/.test(fraction.slice(scale))) return outOfRange;
    const digits = `${whole}${fraction.slice(0, scale).padEnd(scale, '0')}`.replace(/^0+/, '');
    if (digits.length > precision) return outOfRange;
    const unscaled = BigInt(digits);
    return unscaled < limit ? (sign === '-' ? -unscaled : unscaled) : outOfRange;
  };
}

/** Texts as booleans are told apart: in any case, whichever way their letters are composed. */
export function foldedWord(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** Text → boolean, by words of one's own. */
export function booleanConverter(yes: readonly string[], no: readonly string[]): Converter {
  const words = new Map<string, boolean>();
  for (const word of yes) words.set(foldedWord(word), true);
  for (const word of no) words.set(foldedWord(word), false);
  return (text) => words.get(foldedWord(text));
}

/** JSON is kept as it is written, once it is known to be JSON that PostgreSQL's jsonb can hold. */
export const jsonConverter: Converter = (text) => {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return isPlain(text) || fitsJsonb(text) ? text : outOfRange;
};

/** No escaped character, no long number and no room for deep nesting. */
function isPlain(text: string): boolean {
  return text.length <= 2 * depthMost && !/\\u|[eE][+-]?\d{4}/.test(text);
}

/** Arrays and objects within each other: PostgreSQL's stack ends at about 6,000. */
const depthMost = 1000;
/** Digits of a number before and after the point; numeric has 131,072 and 16,383. */
const wholeDigitsMost = 131_072;
const fractionDigitsMost = 16_383;

/** A string, a number, a bracket. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?|[[{]|[\]}]/g;

function fitsJsonb(text: string): boolean {
  let depth = 0;
  for (const [token, whole, fraction = '', exponent = '0'] of text.matchAll(tokens)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    else if (whole === undefined && !isStorable(token)) return false;
    const shift = Number(exponent);
    if (depth > depthMost) return false;
    if (whole !== undefined && whole.length + shift > wholeDigitsMost) return false;
    if (whole !== undefined && fraction.length - shift > fractionDigitsMost) return false;
  }
  return true;
}

/** A string without NUL and without half of a surrogate pair: PostgreSQL holds neither in a text. */
function isStorable(string: string): boolean {
  const value: string = string.includes('\\u') ? JSON.parse(string) : '';
  return !value.includes('\0') && !/\p{Surrogate}/u.test(value);
}
