/**
 * Paths into JSON: `$.customer.id`, `$.items[0].sku`, `$['first name']`, and `[*]` for each element of an array. `^`
 * in place of `$` stands for the record that an exploded element belongs to.
 */

/** A key of an object (`.key`), the index of an element (a number), or each element (EACH). */
export type PathStep = string | number;

/** Stands for `[*]`. Not a key: those begin with a dot. */
export const EACH = '*each';

export interface JsonPath {
  /** `^`: from the parent record. */
  readonly ofParent: boolean;
  readonly steps: readonly PathStep[];
}

/** A key as a step: it may not be confused with EACH. */
const keyStep = (key: string): string => `.${key}`;

/** The key that a step stands for; null for an index and for EACH. */
export function keyOf(step: PathStep): string | null {
  return typeof step === 'string' && step !== EACH ? step.slice(1) : null;
}

/** The path of a top-level key. */
export function keyPath(key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? `$.${key}` : `$[${JSON.stringify(key)}]`;
}

const pieces =
  /\.([\p{L}_][\p{L}\p{N}_-]*)|\[(\d{1,6})\]|(\[\*\])|\['((?:[^'\\]|\\.)*)'\]|\[("(?:[^"\\]|\\.)*")\]/uy;

/** Null: the text is not a path. */
export function parsePath(text: string): JsonPath | null {
  const ofParent = text.startsWith('^');
  if (!ofParent && !text.startsWith('$')) return null;
  const steps: PathStep[] = [];
  pieces.lastIndex = 1;
  while (pieces.lastIndex < text.length) {
    const found = pieces.exec(text);
    if (found === null) return null;
    const [, plain, index, each, single, double] = found;
    if (plain !== undefined) steps.push(keyStep(plain));
    else if (index !== undefined) steps.push(Number(index));
    else if (each !== undefined) steps.push(EACH);
    else if (single !== undefined) steps.push(keyStep(single.replace(/\\(.)/gsu, '$1')));
    else {
      const key = parsedKey(double);
      if (key === null) return null;
      steps.push(keyStep(key));
    }
  }
  return { ofParent, steps };
}

function parsedKey(json: string): string | null {
  try {
    return JSON.parse(json) as string;
  } catch {
    return null;
  }
}

/** The step as it is written in a path. */
export function stepText(step: PathStep): string {
  if (typeof step === 'number') return `[${step}]`;
  if (step === EACH) return '[*]';
  const key = step.slice(1);
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
