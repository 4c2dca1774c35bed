/** The parts of a shape that may be a number's: signs, unit, digits with separators, exponent. */
import type { ShapeGroup } from '../column-values.ts';
import { type Unit, unitOf } from './units.ts';

export type Sign = 'none' | 'minus' | 'plus' | 'parentheses' | 'trailing';

/** A shape that may be a number's. */
export interface NumberShape {
  readonly group: ShapeGroup;
  readonly sign: Sign;
  /** The texts beside the number, and what they mean; null if there are none. */
  readonly affixes: readonly string[];
  readonly unit: Unit | null;
  /** Digits (9) and separators. */
  readonly body: string;
  /** 'bare': an exponent as in 12E5, which may be a code. */
  readonly exponent: 'none' | 'signed' | 'bare';
}

/** How a column separates fractions and groups of three digits. */
export interface Marks {
  readonly decimal: '.' | ',';
  readonly thousands: '.' | ',' | ' ' | "'" | '_' | null;
}

/** Digits of a number, counted. */
export interface Digits {
  readonly whole: number;
  readonly fraction: number;
  /** It has a decimal mark, perhaps with nothing after it. */
  readonly marked: boolean;
  readonly grouped: boolean;
}

const numberShape = /^((?:a\.|[^9.,])*)([.,]?9(?:[9.,'\u2019_ \u00a0\u202f]*9)?[.,]?)(a[+-]?9+)?([^9]*)$/;
const beside = /^([-+\u2212()]?)\s*([^-+\u2212()]*?)\s*([-+\u2212()]?)$/;

/** The number that texts of a shape may be; 'units' if their units differ; null if they are none. */
export function numberOf(group: ShapeGroup): NumberShape | 'units' | null {
  const { shape } = group;
  const parts = numberShape.exec(shape);
  if (parts === null || /^\s|\s$/.test(shape)) return null;
  const [, lead, body, exponent = '', trail] = parts;
  if (body.endsWith(',')) return null;
  const before = beside.exec(lead.trim());
  const after = beside.exec(trail.trim());
  if (before === null || after === null) return null;
  const sign = signOf(before[1] + before[3], after[1] + after[3]);
  const wordsBefore = lead.split('a').length - 1;
  const afterExponent = wordsBefore + (exponent === '' ? 0 : 1);
  if (sign === null || (exponent !== '' && !isExponent(group.words[wordsBefore]))) return null;
  const affixes: string[] = [];
  let unit: Unit | null = null;
  for (const [text, place, from] of [
    [before[2], 'before', 0],
    [after[2], 'after', afterExponent],
  ] as const) {
    if (text === '') continue;
    for (const affix of textsOf(text, group.words.slice(from))) {
      const found = unitOf(affix, place);
      if (found === null) return null;
      if (unit !== null && unit.name !== found.name) return 'units';
      // The language takes each text once.
      if (affixes.includes(affix)) return null;
      unit = found;
      affixes.push(affix);
    }
  }
  const kind = exponent === '' ? 'none' : /[+-]/.test(exponent) || /[.,]/.test(body) ? 'signed' : 'bare';
  return { group, sign, affixes, unit, body, exponent: kind };
}

function isExponent(words: ReadonlySet<string> | undefined): boolean {
  return words !== undefined && [...words].every((word) => word === 'e' || word === 'E');
}

/** The texts that a shape with runs of letters stands for; more than ten are not a unit's. */
function textsOf(shape: string, words: readonly ReadonlySet<string>[]): readonly string[] {
  let texts = [''];
  let word = 0;
  for (const character of shape) {
    const options = character === 'a' ? [...words[word++]] : [character];
    texts = texts.flatMap((text) => options.map((option) => text + option));
    if (texts.length > 10) return [''];
  }
  return texts;
}

const isMinus = (mark: string) => mark === '-' || mark === '\u2212';

function signOf(before: string, after: string): Sign | null {
  if (after === '')
    return before === '' ? 'none' : isMinus(before) ? 'minus' : before === '+' ? 'plus' : null;
  if (before === '(' && after === ')') return 'parentheses';
  return before === '' && isMinus(after) ? 'trailing' : null;
}

const groups: Readonly<Record<NonNullable<Marks['thousands']>, RegExp>> = {
  '.': /^9{1,3}(?:\.999)+$/,
  ',': /^9{1,3}(?:,999)+$|^9{1,2}(?:,99)+,999$/,
  ' ': /^9{1,3}(?:[ \u00a0\u202f]999)+$/,
  "'": /^9{1,3}(?:['\u2019]999)+$/,
  _: /^9{1,3}(?:_999)+$/,
};

/** Characters that stand for a separator. */
export const separatorOf: Readonly<Record<string, Marks['thousands']>> = {
  '.': '.',
  ',': ',',
  ' ': ' ',
  '\u00a0': ' ',
  '\u202f': ' ',
  "'": "'",
  '\u2019': "'",
  _: '_',
};

/** The digits of a number with these marks, or null if it does not have them. */
export function digitsOf(body: string, { decimal, thousands }: Marks): Digits | null {
  const at = body.lastIndexOf(decimal);
  const whole = at < 0 ? body : body.slice(0, at);
  const fraction = at < 0 ? '' : body.slice(at + 1);
  if (!/^9*$/.test(fraction)) return null;
  const digits = whole.replace(/[^9]/g, '').length;
  if (digits + fraction.length === 0) return null;
  const counted = { whole: digits, fraction: fraction.length, marked: at >= 0 };
  if (digits === whole.length) return { ...counted, grouped: false };
  if (thousands === null || !groups[thousands].test(whole)) return null;
  return { ...counted, grouped: true };
}
