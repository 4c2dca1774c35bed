/** Reads the options of a source, and notes which of them there are. */
import type { SecretText } from '../../language/define-sources.ts';
import { shown } from '../../words.ts';
import { durationMs } from '../duration.ts';
import type { Mistakes } from '../mistakes.ts';
import { templateFault, templateOf } from './templates.ts';

export interface Place {
  add(option: string, what: string, fix: string): void;
  /** A text that may contain `{env:NAME}` and, with `window`, `{from}` and `{to}`. */
  template(option: string, value: SecretText | undefined, options?: { readonly window?: boolean }): string;
  text(option: string, value: string | undefined, fallback: string | null): string;
  /** A whole number of at least `least`. */
  number(option: string, value: number | undefined, fallback: number, least: number): number;
  /** In ms. */
  duration(option: string, value: string | undefined, fallback: string): number;
  /** Notes an option that the compiler has read by other means. */
  knows(option: string): void;
  known(): string[];
  /** Options that nobody has read. */
  unknown(): string[];
}

/** `at`: where the source is in the definition, `sources.api`. */
export function placeIn(at: string, options: object, mistakes: Mistakes): Place {
  const known = new Set(['schedule']);
  const add = (option: string, what: string, fix: string) => {
    known.add(option.split(/[.[]/)[0]);
    mistakes.add(`${at}.${option}`, what, fix);
  };
  return {
    add,
    knows: (option) => void known.add(option),
    known: () => [...known],
    unknown: () => Object.keys(options).filter((option) => !known.has(option)),
    template(option, value, { window = false } = {}) {
      known.add(option.split('.')[0]);
      const template = templateOf(value);
      const fault = template === null ? `${shown(value)} is not a text` : templateFault(template, window);
      if (fault !== null) add(option, fault, "Write a text, with secrets as {env:NAME}, or env('NAME')");
      return template ?? '';
    },
    text(option, value, fallback) {
      known.add(option);
      const text = value ?? fallback;
      if (typeof text === 'string' && text !== '') return text;
      add(option, text === null ? 'it is missing' : `${shown(value)} is not a text`, 'Write a text');
      return '';
    },
    number(option, value, fallback, least) {
      known.add(option);
      const number = value ?? fallback;
      if (!(Number.isSafeInteger(number) && number >= least))
        add(option, `${shown(value)} is not a whole number`, `Say ${least} or more`);
      return number;
    },
    duration(option, value, fallback) {
      known.add(option);
      const ms = typeof (value ?? fallback) === 'string' ? durationMs(value ?? fallback) : null;
      if (ms === null) add(option, `${shown(value)} is not a duration`, "Say '30s', '10m' or '1h'");
      return ms ?? 0;
    },
  };
}
