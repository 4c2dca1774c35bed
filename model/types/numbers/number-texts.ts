/**
 * Numbers as people write them: with a decimal comma, separated groups, currency signs and units, and negatives in
 * parentheses or with a trailing minus. The kernel reads plain numbers only; a column that has one of these options is
 * converted here.
 */

import type { KernelType } from '../../../kernel/types.ts';
import { literalPattern } from '../../../platform/literal-pattern.ts';
import { list, shown } from '../../words.ts';
import type { AnyColumnOptions, NumberTexts } from '../column-options.ts';
import type { Converter, Fault, Reading } from '../column-type.ts';

/** What a number may contain: digits only, a decimal mark too, or an exponent as well. */
export type NumberForm = 'whole' | 'decimal' | 'double';

/** Texts that each separator of groups stands for, as a class of a regular expression. */
const separators = { '.': '[.]', ',': '[,]', ' ': '[ \\u00a0\\u202f]', "'": "['\\u2019]", _: '[_]' };

/**
 * The options that decide how a column's numbers are read, which are part of the definition's version. null if they are
 * plain, so that the kernel reads them, or if the options have faults, which the compiler reports.
 */
export function numberTexts(options: AnyColumnOptions, form: NumberForm): NumberTexts | null {
  const { decimal, thousands, strip = [], negative } = options;
  if (numberFaults(options, form).length > 0) return null;
  if (decimal !== ',' && thousands === undefined && strip.length === 0 && negative === undefined) return null;
  return { decimal, thousands, strip, negative };
}

/**
 * How a column's numbers are read: by the kernel if they are plain, else by a converter. `more`: what else decides how
 * the converter reads.
 */
export function readNumber(
  options: AnyColumnOptions,
  form: NumberForm,
  kernel: KernelType,
  converter: (texts: NumberTexts) => Converter,
  more: Readonly<Record<string, unknown>> = {},
): Reading {
  const texts = numberTexts(options, form);
  if (texts === null) return { type: kernel };
  return { type: { kind: 'utf8' }, convert: converter(texts), reading: { ...texts, ...more } };
}

/**
 * Text → the same number as a plain text: `-1234.50`, with the sign only if it is negative. undefined: it is not
 * written as the options say.
 */
export function plainNumber(options: NumberTexts, form: NumberForm): (text: string) => string | undefined {
  const { thousands } = options;
  const expression = numberExpression(options, form);
  const marks = thousands === undefined ? null : new RegExp(separators[thousands], 'g');
  return (text) => {
    const parts = expression.exec(text.trim());
    if (parts === null) return undefined;
    const [, outer = '', before, inner = '', whole = '', fraction = '', exponent = ''] = parts;
    const [first = '', after, last = ''] = parts.slice(7);
    if (before !== undefined && before === after) return undefined;
    const sign = signOf(outer + inner, first + last);
    if (sign === undefined) return undefined;
    const digits = marks === null ? whole : whole.replace(marks, '');
    return `${sign}${digits}${fraction && `.${fraction.slice(1)}`}${exponent}`;
  };
}

/** What is wrong with a column's options, and what to write instead. */
export function numberFaults(options: AnyColumnOptions, form: NumberForm): readonly Fault[] {
  const { decimal, thousands, strip = [], negative } = options;
  const faults: Fault[] = [];
  const choose = (option: string, said: string | undefined, known: readonly string[]) => {
    if (said === undefined || known.includes(said)) return;
    const words = known.map((one) => shown(one));
    faults.push({
      at: `.${option}`,
      what: `there is no ${shown(said)}`,
      fix: `Say ${list(words, 'or')}`,
    });
  };
  choose('decimal', decimal, ['.', ',']);
  choose('thousands', thousands, Object.keys(separators));
  choose('negative', negative, ['parentheses', 'trailing']);
  // Whole numbers have no fraction, so that only what is said can be in the way.
  const point = decimal ?? (form === 'whole' ? undefined : '.');
  if (thousands !== undefined && thousands === point) {
    const fix = `Say decimal: '${point === '.' ? ',' : '.'}', or another separator of thousands`;
    faults.push({ at: '.thousands', what: `${shown(point)} separates the fraction too`, fix });
  }
  if (!Array.isArray(strip)) {
    faults.push({ at: '.strip', what: 'it is not a list', fix: "Write the texts in brackets: ['€', 'EUR']" });
    return faults;
  }
  const marks = negative === 'trailing' ? /[-\u2212]/ : negative === 'parentheses' ? /[()]/ : /(?!)/;
  for (const text of strip) {
    const fix = "Name what stands beside the number: '€', 'kg', '%'; spaces around it need not be named";
    if (typeof text !== 'string' || /^(?:\d*|[-+\u2212().,'\u2019_])$/.test(text.trim())) {
      faults.push({ at: '.strip', what: `${shown(text)} is part of numbers, or empty`, fix });
    } else if (marks.test(text)) {
      const what = `${shown(text)} has a mark that makes numbers negative here`;
      faults.push({ at: '.strip', what, fix: 'Remove it, or leave out `negative`' });
    }
  }
  return faults;
}

/** The type's name, with a number as the column's options write it: `float8 (like 1.234,50)`. */
export function wordsWithNumber(name: string, { reading = {} }: Reading, form: NumberForm): string {
  const { decimal = '.', thousands = '' } = reading;
  if (decimal === '.' && thousands === '') return name;
  return `${name} (like 1${thousands}234${form === 'whole' ? '' : `${decimal}50`})`;
}

/** '-' or '' for the marks before and after a number; undefined if they do not belong together. */
function signOf(before: string, after: string): '-' | '' | undefined {
  if (after === '') {
    if (before === '' || before === '+') return '';
    return before === '-' || before === '\u2212' ? '-' : undefined;
  }
  // Two marks after a number mean nothing.
  if (after.length > 1) return undefined;
  return before === (after === ')' ? '(' : '') ? '-' : undefined;
}

/**
 * Its groups: mark, text, mark; whole part, fraction with its mark, exponent; mark, text, mark. Marks are signs and
 * parentheses, which may stand on either side of a text that is stripped.
 */
function numberExpression(
  { decimal = '.', thousands, strip = [], negative }: NumberTexts,
  form: NumberForm,
): RegExp {
  const whole = [...(thousands === undefined ? [] : grouped(thousands)), '\\d+'].join('|');
  const point = `[${decimal}]`;
  const number = form === 'whole' ? `(${whole})()` : `(?=${point}?\\d)(${whole}|(?=${point}))(${point}\\d*)?`;
  const exponent = form === 'double' ? '([eE][+-]?\\d+)?' : '()';
  const texts = [...new Set(strip.map((text) => text.trim()))].sort((a, b) => b.length - a.length);
  const before = texts.map((text) => escaped(text) + endOfText(text)).join('|') || '(?!)';
  const after = texts.map((text) => (/^\d/.test(text) ? '(?<!\\d)' : '') + escaped(text)).join('|') || '(?!)';
  const opening = `([+\\-\u2212${negative === 'parentheses' ? '(' : ''}])`;
  const closing = negative === undefined ? '((?!))' : negative === 'trailing' ? '([\\-\u2212])' : '(\\))';
  // Spaces always follow or precede a mark or a text, so that no run of them can be matched in two ways.
  const source = [
    `(?:${opening}\\s*)?(?:(${before})\\s*)?(?:${opening}\\s*)?`,
    number + exponent,
    `(?:\\s*${closing})?(?:\\s*(${after}))?(?:\\s*${closing})?`,
  ];
  return new RegExp(`^${source.join('')}$`);
}

/** Groups of three digits; with commas also as in India, where groups of two stand before the last one. */
function grouped(thousands: keyof typeof separators): string[] {
  const mark = separators[thousands];
  const threes = `[1-9]\\d{0,2}(?:${mark}\\d{3})+`;
  return thousands === ',' ? [threes, `[1-9]\\d?(?:${mark}\\d{2})+${mark}\\d{3}`] : [threes];
}

/** What must not follow a text before a number: `Rs` is not all of `Rs.5`, nor `m2` of `m25`. */
function endOfText(text: string): string {
  return /\d$/.test(text) ? '(?!\\d)' : /\p{L}$/u.test(text) ? "(?![.,'\\u2019_])" : '';
}

function escaped(text: string): string {
  return literalPattern(text).replace(/\s+/g, '\\s+');
}
