/** Reads numbers as people write them, one character after another, trying every way to take a text apart. */
import type { NumberTexts } from '../../model/types/column-options.ts';

export interface WrittenNumber {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
  readonly exponent: string;
}

const separators: Readonly<Record<string, readonly string[]>> = {
  '.': ['.'],
  ',': [','],
  ' ': [' ', '\u00a0', '\u202f'],
  "'": ["'", '’'],
  _: ['_'],
};

/** What is left to find on one side of the number. */
interface Side {
  readonly mark: string;
  readonly strip: string;
}

/** undefined: the text is not written as the options say. `form`: see model/types/numbers/number-texts.ts. */
export function readWritten(
  text: string,
  options: NumberTexts,
  form: 'whole' | 'decimal' | 'double',
): WrittenNumber | undefined {
  const none = { mark: '', strip: '' };
  return peel(text.trim(), none, none);

  function peel(rest: string, before: Side, after: Side): WrittenNumber | undefined {
    const core = readCore(rest, options, form);
    if (core !== undefined) {
      const negative = isNegative(before.mark, after.mark);
      if (negative === undefined || (before.strip !== '' && before.strip === after.strip)) return undefined;
      return { ...core, negative };
    }
    const [first, last] = [rest.slice(0, 1), rest.slice(-1)];
    if (before.mark === '' && '+-−('.includes(first) && first !== '') {
      const found = peel(rest.slice(1).trimStart(), { ...before, mark: first }, after);
      if (found) return found;
    }
    if (after.mark === '' && '-−)'.includes(last) && last !== '') {
      const found = peel(rest.slice(0, -1).trimEnd(), before, { ...after, mark: last });
      if (found) return found;
    }
    for (const strip of (options.strip ?? []).map((one) => one.trim())) {
      const next = rest.slice(strip.length);
      if (before.strip === '' && rest.startsWith(strip) && ends(strip, next)) {
        const found = peel(next.trimStart(), { ...before, strip }, after);
        if (found) return found;
      }
      const previous = rest.slice(0, rest.length - strip.length);
      if (after.strip === '' && rest.endsWith(strip) && !(digits(strip[0]) && digits(previous.slice(-1)))) {
        const found = peel(previous.trimEnd(), before, { ...after, strip });
        if (found) return found;
      }
    }
    return undefined;
  }

  function isNegative(before: string, after: string): boolean | undefined {
    if (after === '') return before === '' || before === '+' ? false : before === '(' ? undefined : true;
    if (options.negative === 'parentheses') return before === '(' && after === ')' ? true : undefined;
    return options.negative === 'trailing' && before === '' && after !== ')' ? true : undefined;
  }
}

/** A text before a number ends where the number cannot go on with it. */
function ends(strip: string, next: string): boolean {
  if (digits(strip.slice(-1))) return !digits(next.slice(0, 1));
  return !(/\p{L}$/u.test(strip) && next !== '' && ".,'’_".includes(next[0]));
}

const digits = (text: string) => text !== '' && [...text].every((one) => one >= '0' && one <= '9');

function readCore(text: string, { decimal = '.', thousands }: NumberTexts, form: string) {
  let exponent = '';
  let rest = text;
  const e = text.toLowerCase().indexOf('e');
  if (form === 'double' && e > 0) {
    const sign = '+-'.includes(text[e + 1] ?? ' ') ? 1 : 0;
    if (!digits(text.slice(e + 1 + sign))) return undefined;
    exponent = text.slice(e);
    rest = text.slice(0, e);
  }
  const at = form === 'whole' ? -1 : rest.indexOf(decimal);
  const fraction = at < 0 ? '' : rest.slice(at + 1);
  const whole = at < 0 ? rest : rest.slice(0, at);
  if (fraction !== '' && !digits(fraction)) return undefined;
  if (whole === '') return fraction === '' ? undefined : { whole: '', fraction, exponent };
  if (digits(whole)) return { whole, fraction, exponent };
  if (thousands === undefined) return undefined;
  let groups = [whole];
  for (const mark of separators[thousands]) groups = groups.flatMap((group) => group.split(mark));
  if (!groups.every(digits) || groups[0].startsWith('0')) return undefined;
  const lengths = groups.map((group) => group.length);
  const [first, middle, last] = [lengths[0], lengths.slice(1, -1), lengths.at(-1)];
  const threes = first <= 3 && last === 3 && middle.every((length) => length === 3);
  const indian = thousands === ',' && first <= 2 && last === 3 && middle.every((length) => length === 2);
  return threes || (indian && middle.length > 0) ? { whole: groups.join(''), fraction, exponent } : undefined;
}
