/** A definition's version: the same for the same definition on every machine. */
import { createHash } from 'node:crypto';

/** Raise it when the same definition comes to mean other values in lake or star. */
const languageRevision = 2;

/**
 * A text that is the same for equal values, regardless of the order of their members. Functions and regular
 * expressions are represented by their source, bigints and dates by their text.
 */
export function canonical(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'function') return JSON.stringify(`function ${value.toString()}`);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof RegExp) return JSON.stringify(`regexp ${value}`);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

/** 16 hex digits. */
export function versionOf(value: unknown): string {
  const text = canonical({ languageRevision, value });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
