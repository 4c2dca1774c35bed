/** Names for the columns of a file: short identifiers that need no quotes in SQL. */
import { exactHeader, normaliseHeader } from '../file/header-text.ts';
import { headerWords } from './names/header-words.ts';
import { reservedNames } from './names/reserved.ts';

export interface ColumnName {
  readonly name: string;
  /** The header, if the name alone would not find it in the file. */
  readonly aliases: readonly string[];
}

/** Most characters of a name. Names of tables and keys are made of it and the dataset's: PostgreSQL has 63 bytes. */
export const nameLength = 40;
/** Of names that are cut alike, the beginning and the end. */
const headLength = 24;
const tailLength = nameLength - headLength - 1;

/**
 * A name for each header, or `column_1`, `column_2`, … for `fieldCount` columns without headers. `reserved`: names
 * that the columns may not have. `points`: columns that are stored as two, `NAME_lon` and `NAME_lat`.
 */
export function columnNames(
  headers: readonly string[] | null,
  fieldCount: number,
  reserved: Iterable<string> = [],
  points: ReadonlySet<number> = new Set(),
): ColumnName[] {
  const texts = headers ?? Array.from({ length: fieldCount }, () => '');
  const names = uniqueNames(texts, new Set(reserved), points);
  if (headers === null) return names.map((name) => ({ name, aliases: [] }));
  const times = new Map<string, number>();
  for (const text of texts) times.set(normaliseHeader(text), (times.get(normaliseHeader(text)) ?? 0) + 1);
  return names.map((name, i) => {
    const text = exactHeader(texts[i]);
    const normal = normaliseHeader(text);
    const isFound = text === name || (normal === normaliseHeader(name) && times.get(normal) === 1);
    return { name, aliases: isFound ? [] : [text] };
  });
}

/** True if `name` is made of the header: `c_sharp` of `C#`, `net_2` of a second `Net`, and of a long one a part. */
export function isMadeOf(name: string, header: string): boolean {
  const words = headerWords(exactHeader(header));
  if (words.length === 0) return false;
  const whole = plainName(words, 0);
  const base = name.replace(/_\d+$/, '');
  const isCut = whole.length >= nameLength - 3 && cut(whole, base.length) === base;
  return [whole, headAndTail(words)].includes(name) || whole === base || isCut;
}

function uniqueNames(
  headers: readonly string[],
  reserved: ReadonlySet<string>,
  points: ReadonlySet<number>,
): string[] {
  const words = headers.map(headerWords);
  const bases = words.map((some, i) => plainName(some, i));
  const taken = new Set<string>(reserved);
  const texts = new Set(headers.map(exactHeader));
  const partsOf = (name: string, i: number) =>
    points.has(i) ? [name, `${name}_lon`, `${name}_lat`] : [name];
  const names: string[] = [];
  const take = (name: string, i: number): boolean => {
    const parts = partsOf(name, i);
    // What is another column's header would find that column.
    if (texts.has(name) && exactHeader(headers[i]) !== name) return false;
    if (parts.some((part) => taken.has(part))) return false;
    for (const part of parts) taken.add(part);
    names[i] = name;
    return true;
  };
  // The header that is the name gets it, whatever comes before; points come last, because they take three names.
  const rank = (i: number) => (points.has(i) ? 2 : 0) + (exactHeader(headers[i]) === bases[i] ? 0 : 1);
  const order = headers.map((_, i) => i).sort((a, b) => rank(a) - rank(b) || a - b);
  const left = order.filter((i) => !take(bases[i], i));
  const next = new Map<string, number>();
  for (const i of left) {
    if (points.has(i) && take(`${cut(bases[i], nameLength - 6)}_point`, i)) continue;
    if (words[i].length > 1 && words[i].join('_').length > nameLength && take(headAndTail(words[i]), i))
      continue;
    const base = bases[i].replace(/_$/, '');
    let number = next.get(base) ?? 2;
    while (!take(`${cut(base, nameLength - String(number).length - 1)}_${number}`, i)) number++;
    next.set(base, number);
  }
  return names;
}

function plainName(words: readonly string[], place: number): string {
  if (words.length === 0) return `column_${place + 1}`;
  const text = words.join('_');
  const name = cut(
    /^\d/.test(text) ? `${/^(19|20)\d\d(_|$)/.test(text) ? 'y' : 'column_'}${text}` : text,
    nameLength,
  );
  return reservedNames.has(name) ? `${name}_` : name;
}

/** As many whole words as fit. */
function cut(name: string, length: number): string {
  if (name.length <= length) return name;
  const end = name.lastIndexOf('_', length);
  return end > length / 2 ? name.slice(0, end) : name.slice(0, length).replace(/_+$/, '');
}

function headAndTail(words: readonly string[]): string {
  const head = cut(plainName(words, 0), headLength);
  let tail = '';
  for (const word of [...words].reverse()) {
    if (tail.length + word.length + 1 > tailLength) break;
    tail = tail === '' ? word : `${word}_${tail}`;
  }
  return tail === '' ? head : `${head}_${tail}`;
}
