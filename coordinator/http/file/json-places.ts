/** Where the value of a path is in a text of JSON, which may be cut off. */
import { EACH, keyOf, type PathStep, parsePath } from '../../../kernel/json/json-paths.ts';

/** A part of a text, in UTF-16 units. `end` is exclusive. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * The place of the value, with its quotes; of the whole array where the path goes on to each element. Null: it is not
 * there, or not whole, or the path begins at the record around the text.
 */
export function placeOfPath(text: string, path: string): Place | null {
  const parsed = parsePath(path);
  return parsed === null || parsed.ofParent ? null : follow(text, skip(text, 0), parsed.steps);
}

function follow(text: string, at: number, [step, ...rest]: readonly PathStep[]): Place | null {
  if (step === undefined || step === EACH) {
    const end = endOfValue(text, at);
    return end === null ? null : { start: at, end };
  }
  const start = keyOf(step) === null ? elementAt(text, at, step as number) : memberAt(text, at, keyOf(step)!);
  return start === null ? null : follow(text, start, rest);
}

/** Where the value of a key of the object begins. */
function memberAt(text: string, object: number, key: string): number | null {
  if (text[object] !== '{') return null;
  for (let at = skip(text, object + 1); text[at] === '"'; ) {
    const keyEnd = endOfValue(text, at);
    if (keyEnd === null) return null;
    const colon = skip(text, keyEnd);
    if (text[colon] !== ':') return null;
    const value = skip(text, colon + 1);
    if (textOf(text.slice(at, keyEnd)) === key) return value;
    const next = afterComma(text, value);
    if (next === null) return null;
    at = next;
  }
  return null;
}

/** Where an element of the array begins. */
function elementAt(text: string, array: number, index: number): number | null {
  if (text[array] !== '[') return null;
  let at: number | null = skip(text, array + 1);
  for (let i = 0; i < index && at !== null; i++) at = afterComma(text, at);
  return at;
}

/** Where the text goes on after the value at `at` and a comma. */
function afterComma(text: string, at: number): number | null {
  const end = endOfValue(text, at);
  if (end === null) return null;
  const comma = skip(text, end);
  return text[comma] === ',' ? skip(text, comma + 1) : null;
}

const scalar = /"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+/suy;
const token = /"(?:[^"\\]|\\.)*"|[[\]{}"]/gsu;

/** Null: no value begins there, or it does not end. */
function endOfValue(text: string, at: number): number | null {
  if (text[at] !== '{' && text[at] !== '[') {
    scalar.lastIndex = at;
    return scalar.test(text) ? scalar.lastIndex : null;
  }
  let depth = 0;
  token.lastIndex = at;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [piece] = found;
    if (piece === '"') return null;
    if (piece === '{' || piece === '[') depth += 1;
    if (piece === '}' || piece === ']') depth -= 1;
    if (depth === 0) return token.lastIndex;
  }
  return null;
}

function skip(text: string, at: number): number {
  let next = at;
  while (/[ \t\r\n]/.test(text[next] ?? '')) next += 1;
  return next;
}

/** Null: the text is no text of JSON. */
function textOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
