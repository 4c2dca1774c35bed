/** Wording of messages about definitions: lists, and suggestions for unknown names. */

/** `a, b and c`, or with `or`. */
export function list(names: readonly string[], last: 'and' | 'or' = 'and'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

/** Characters of a value that messages quote. */
const shownMost = 60;

/** Any value as messages quote it: texts in quotes, numbers and bigints as digits. */
export function shown(value: unknown): string {
  const text = typeof value === 'object' || typeof value === 'string' ? json(value) : String(value);
  return text.length > shownMost ? `${text.slice(0, shownMost)}…` : text;
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one)) ?? typeof value;
  } catch {
    // It refers to itself.
    return typeof value;
  }
}

/** The known name that `name` was most likely meant to be: few letters differ. Null if there is none. */
export function closest(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const steps = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (steps < least) {
      least = steps;
      best = candidate;
    }
  }
  return best;
}

/** Suggests the known name nearest to `name`, or lists the known names. */
export function didYouMean(name: string, known: readonly string[]): string {
  const best = closest(name, known);
  if (best !== null) return `Did you mean ${best}?`;
  return known.length > 0 ? `There are: ${known.join(', ')}` : 'There are none';
}

/**
 * The candidate that `name` may stand for: a few letters differ, or one contains the words of the other. Null if
 * there is none. `normal`: the form in which candidates are compared.
 */
export function nearest(
  name: string,
  candidates: readonly string[],
  normal: (candidate: string) => string,
): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const text = normal(candidate);
    const steps = editDistance(name, text);
    const [short, long] = text.length < name.length ? [text, name] : [name, text];
    const within = short.length >= 2 && `_${long}_`.includes(`_${short}_`);
    const near = steps <= Math.max(1, Math.floor(name.length / 3));
    if ((near || within) && steps < least) {
      best = candidate;
      least = steps;
    }
  }
  return best;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
