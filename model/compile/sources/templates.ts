/** Texts with holes that are filled in when a run starts: `{env:NAME}`, `{from}`, `{to}`, `{from:date}`, … */
import type { SecretText } from '../../language/define-sources.ts';

/** Names of environment variables: letters, digits and _. */
const variable = /^[A-Za-z_]\w*$/;

/** How the ends of a window are written. */
const windowHole = /^(?:from|to)(?::(?:date|seconds|ms))?$/;

/** The text of a template; null if the value is neither a text nor `env('NAME')`. */
export function templateOf(value: SecretText | undefined): string | null {
  if (typeof value === 'string') return value;
  return typeof value?.env === 'string' ? `{env:${value.env}}` : null;
}

/** A template as a definition writes it: one that is a variable as a whole is `env('NAME')`. */
export function secretTextOf(template: string): SecretText {
  const whole = /^\{env:(\w+)\}$/.exec(template);
  return whole === null ? template : { env: whole[1] };
}

/** What is wrong with a template; null: nothing. */
export function templateFault(template: string, window: boolean): string | null {
  if (template === '') return 'it is empty';
  for (const [whole, hole] of template.matchAll(/\{([^{}]*)\}/g)) {
    if (hole.startsWith('env:')) {
      if (!variable.test(hole.slice(4))) return `${whole} does not name an environment variable`;
    } else if (!windowHole.test(hole)) return `there is no ${whole}`;
    else if (!window) return `${whole} is not filled in here`;
  }
  return null;
}

/** Whether a text in a compiled value contains an end of the window. */
export function namesWindow(value: unknown): boolean {
  return /\{(?:from|to)(?::\w+)?\}/.test(JSON.stringify(value));
}

/** Environment variables that the texts in a value name, sorted. */
export function namesIn(value: unknown): string[] {
  const names = new Set<string>();
  const look = (one: unknown): void => {
    if (typeof one === 'string') {
      for (const [, name] of one.matchAll(/\{env:(\w+)\}/g)) names.add(name);
    } else if (typeof one === 'object' && one !== null) Object.values(one).forEach(look);
  };
  look(value);
  return [...names].sort();
}
