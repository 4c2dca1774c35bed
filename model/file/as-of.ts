/** The instant in the name of a snapshot. */
import { literalPattern } from '../../platform/literal-pattern.ts';

const hole = '{date}';

/** Year, month, day; then, if there is a time, hour, minute and, if there are any, seconds. */
const instant =
  '(\\d{4})(?:-(\\d\\d)-(\\d\\d)|(\\d\\d)(\\d\\d))' +
  '(?:[T_ -](\\d\\d)(?:([:-]?)(\\d\\d))(?:\\7(\\d\\d))?Z?)?';

/** Endings that a compressed file has after the name of its content. */
const compressed = '(?:\\.(?:gz|gzip|zip|zst|zstd|bz2|xz))?';

/** What is wrong with a pattern; null: nothing. */
export function asOfFault(pattern: string): string | null {
  const holes = pattern.match(/\{[^}]*\}?/g) ?? [];
  const other = holes.find((text) => text !== hole);
  if (other !== undefined) return `there is no ${other} in a pattern of names`;
  if (holes.length !== 1)
    return `the pattern ${pattern} has ${holes.length === 0 ? 'no' : 'more than one'} ${hole}`;
  return null;
}

/**
 * The instant in a file's name, such as 2026-01-31T00:00:00Z; null for a name that does not match. A pattern without
 * a slash matches the last part of the name, another one as many parts as it has.
 */
export function asOfName(pattern: string, name: string): string | null {
  const depth = pattern.split('/').length;
  const last = name.split('/').slice(-depth).join('/');
  const source = pattern
    .split(/(\{date\}|\*)/)
    .map((piece) => (piece === hole ? instant : piece === '*' ? '[^/]*' : literalPattern(piece)))
    .join('');
  const found = new RegExp(`^${source}${compressed}$`).exec(last);
  if (found === null) return null;
  const [, year, month = found[4], day = found[5], , , hour = '00', , minute = '00', second = '00'] = found;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
  const at = new Date(text);
  // Date.parse takes February 30 and hour 24.
  return !Number.isNaN(at.getTime()) && at.toISOString().replace('.000Z', 'Z') === text ? text : null;
}
