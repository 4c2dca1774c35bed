/**
 * Reads a shape as a date or a time: which runs of digits and letters are which fields. The letters of fields are
 * those of formats (CLDR); x, y and z are parts of a day whose order is not known.
 */
import { isZone } from '../../../types/temporal/zone-tables.ts';
import type { ShapeGroup } from '../column-values.ts';
import { monthsNamed, weekLike } from './names.ts';

export type FieldName =
  | 'year' | 'shortYear' | 'month' | 'day' | 'monthName' | 'compact' | 'x' | 'y' | 'z'
  | 'hour' | 'hour12' | 'minute' | 'second' | 'fraction' | 'half' | 'offset' | 'zone'; // biome-ignore format: a list

export type Part =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'weekday'; readonly long: boolean }
  /** Any of these texts: endings of ordinal numbers. */
  | { readonly kind: 'words'; readonly texts: readonly string[] }
  /** `run`: which run of digits of the text it is, or -1. `digits`: how many it has. */
  | { readonly kind: 'field'; readonly name: FieldName; readonly run: number; readonly digits: number }
  | {
      readonly kind: 'field';
      readonly name: 'monthName';
      readonly word: number;
      readonly run: -1;
      readonly digits: 0;
    };

export interface Layout {
  readonly parts: readonly Part[];
  readonly has: ReadonlySet<FieldName>;
  /** The same for shapes that one format reads, apart from the number of digits. */
  readonly key: string;
}

/** Kinds of words, as capital letters in place of the shape's a. */
function classify({ shape, words }: ShapeGroup): string | null {
  let word = 0;
  let classified = '';
  for (const character of shape) {
    if (character !== 'a') classified += character;
    else {
      const kind = kindOf(words[word++], classified);
      if (kind === null) return null;
      classified += kind;
    }
  }
  return classified;
}

/** Words that say nothing about the time. Others may: an abbreviation of a zone, or half of the day in a language. */
const connectors = new Set(
  'de del of the at um a à le den der dem am kl klo uhr h г год года р r o в'.split(' '),
);

/**
 * M month, D day of the week, P half of the day, Z offset, U zone, O ordinal, T and L literals. null: no part of a
 * time.
 */
function kindOf(words: ReadonlySet<string>, before: string): string | null {
  const every = (pattern: RegExp) => [...words].every((word) => pattern.test(word));
  if (every(/^[ap]m$/i) && /9 ?$/.test(before)) return 'P';
  if (every(/^z$/i) && /9 ?$/.test(before)) return 'Z';
  if (every(/^(UTC|GMT)$/)) return 'U';
  if (words.size === 1 && words.has('T')) return 'T';
  if ([...words].every((word) => monthsNamed(word) !== undefined)) return 'M';
  if (weekLike(words) !== undefined) return 'D';
  if (every(/^(st|nd|rd|th)$/i) && before.endsWith('9')) return 'O';
  const [word] = words;
  const inParentheses = before.lastIndexOf('(') > before.lastIndexOf(')');
  return words.size === 1 && (inParentheses || connectors.has(word.toLowerCase())) ? 'L' : null;
}

/** A time of day, and what belongs to it. */
const clock =
  /(?<![9.]|(?<!9{4}):)(9{1,2}):(99)(?::(99)(?:([.,])(9{1,9}))?)?(?![9:])(?:( ?)P)?|(?<![9:.,])(9{1,2})( ?)P|(?<=9{8}T)(9{4}|9{6})(?!9)/;
const zone = /^( ?)(Z|[+-]99(?::?99)?(?![9:])|U(?![-+9]))/;

/** The layout of texts of a shape, or null if they are not times. */
export function layoutOf(group: ShapeGroup): Layout | null {
  // A sign would be lost.
  if (/^[-+]/.test(group.shape)) return null;
  const named = zoneTexts(group);
  const classified = classify(named === null ? group : named.group);
  if (classified === null) return null;
  const found = spansOf(classified);
  if (found === null) return null;
  const parts = [...partsOf(classified, found, group)];
  if (named !== null) parts.push({ kind: 'field', name: 'zone', run: -1, digits: 0 });
  const fields = parts.flatMap((part) => (part.kind === 'field' ? [part.name] : []));
  const has = new Set(fields);
  if (has.size < fields.length || !isReadable(parts, has)) return null;
  return { parts, has, key: keyOf(parts) };
}

/** False for fields that no type takes together, and for years of one digit. */
function isReadable(parts: readonly Part[], has: ReadonlySet<FieldName>): boolean {
  const day = has.has('compact') || has.has('day') || has.has('x');
  const month = has.has('year') || has.has('shortYear');
  const clock = has.has('hour') || has.has('hour12');
  if ((has.has('offset') || has.has('zone')) && !(day && clock)) return false;
  if (!day && clock && month) return false;
  const short = parts.find(
    (part) => part.kind === 'field' && (part.name === 'shortYear' || part.name === 'z'),
  );
  return short === undefined || (short.kind === 'field' && short.digits === 2);
}

/** The group without the names of zones with which its texts end; null if they do not. */
function zoneTexts(group: ShapeGroup): { group: ShapeGroup } | null {
  const end = / a(_a)*(\/a(_a)*){1,2}$/.exec(group.shape);
  if (end === null) return null;
  const zones = new Set(group.texts.map((text) => text.slice(text.lastIndexOf(' ') + 1)));
  if (zones.size > 600 || ![...zones].every(isZone)) return null;
  const shape = `${group.shape.slice(0, end.index)} `;
  return { group: { ...group, shape } };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly name: FieldName;
}

/** Where the fields are; null if the shape is not a time's. */
function spansOf(text: string): readonly Span[] | null {
  const spans: Span[] = [];
  const put = (from: number, length: number, name: FieldName) => {
    spans.push({ from, to: from + length, name });
    return from + length;
  };
  const time = clock.exec(text);
  if (time !== null) {
    const end = clockSpans(time, put);
    const after = zone.exec(text.slice(end));
    if (after !== null) put(end + after[1].length, after[2].length, after[2] === 'U' ? 'zone' : 'offset');
    else {
      // JavaScript writes GMT+0100.
      const named = /^ U([+-]99:?99)/.exec(text.slice(end));
      if (named !== null) put(end + 2, named[1].length, 'offset');
    }
  }
  return daySpans(text, spans, put) ? spans.sort((a, b) => a.from - b.from) : null;
}

type Put = (from: number, length: number, name: FieldName) => number;

/** Puts the fields of a time of day. Returns where it ends. */
function clockSpans(time: RegExpExecArray, put: Put): number {
  const [whole, hours, minutes, seconds, , fraction, space, hourAlone, spaceAlone, compact] = time;
  let at = time.index;
  if (compact !== undefined) {
    put(at, compact.length, 'hour');
    return at + compact.length;
  }
  if (hourAlone !== undefined) {
    at = put(at, hourAlone.length, 'hour12') + spaceAlone.length;
    return put(at, 1, 'half');
  }
  at = put(at, hours.length, whole.endsWith('P') ? 'hour12' : 'hour') + 1;
  at = put(at, minutes.length, 'minute');
  if (seconds !== undefined) at = put(at + 1, 2, 'second');
  if (fraction !== undefined) at = put(at + 1, fraction.length, 'fraction');
  return space === undefined ? at : put(at + space.length, 1, 'half');
}

/** Fields by the lengths of runs of digits, and M for names of months. */
const days: Readonly<Record<string, readonly FieldName[]>> = {
  '': [],
  '8': ['compact'],
  '4 2 2': ['year', 'month', 'day'],
  '2 2 4': ['x', 'y', 'year'],
  '2 2 2': ['x', 'y', 'z'],
  '2 M 4': ['day', 'monthName', 'year'],
  '2 M 2': ['day', 'monthName', 'shortYear'],
  'M 2 4': ['monthName', 'day', 'year'],
  'M 2 2': ['monthName', 'day', 'shortYear'],
  '4 M 2': ['year', 'monthName', 'day'],
  'M 4': ['monthName', 'year'],
  'M 2': ['monthName', 'shortYear'],
  '4 M': ['year', 'monthName'],
  '4 2': ['year', 'month'],
  '2 4': ['month', 'year'],
};

/** What may stand between the fields of a day. */
const between = /^[-/., :_T()[\]DOLZ\u00a0\u202f]*$/;

/** Puts the fields of the day around those of the time. Returns false if there is something else. */
function daySpans(text: string, spans: readonly Span[], put: Put): boolean {
  const free = [...text].map((character, i) =>
    spans.some(({ from, to }) => from <= i && i < to) ? ' ' : character,
  );
  const runs = [...free.join('').matchAll(/9+|M/g)];
  const lengths = runs.map(([run]) => (run === 'M' ? 'M' : run.length === 1 ? 2 : run.length));
  const fields = days[lengths.join(' ')];
  if (fields === undefined || (fields.length === 0 && spans.length === 0)) return false;
  // The name of a zone is a literal only before an offset.
  const offset = spans.some(({ name }) => name === 'offset');
  const rest = free.join('').replace(/9+|M/g, '');
  if (!between.test(offset ? rest.replace(' U ', ' ') : rest)) return false;
  for (const [i, run] of runs.entries()) put(run.index, run[0].length, fields[i]);
  return true;
}

/** The parts between and in the spans. */
function* partsOf(text: string, spans: readonly Span[], group: ShapeGroup): Generator<Part> {
  const runAt = (at: number) => [...text.slice(0, at).matchAll(/9+/g)].length;
  const wordAt = (at: number) => [...text.slice(0, at).matchAll(/[A-Z]/g)].length;
  let at = 0;
  for (const { from, to, name } of spans) {
    yield* literals(text.slice(at, from), wordAt(at), group);
    at = to;
    if (name === 'monthName') {
      yield { kind: 'field', name, word: wordAt(from), run: -1, digits: 0 };
      // The format of a name takes a full stop after it.
      if (text[at] === '.' && /^\.( |$)/.test(text.slice(at))) at++;
    } else {
      const digits = /^9+/.exec(text.slice(from, to))?.[0].length ?? 0;
      yield { kind: 'field', name, run: digits === 0 ? -1 : runAt(from), digits };
    }
  }
  yield* literals(text.slice(at), wordAt(at), group);
}

/** Literals, with their words as they are written. */
function* literals(text: string, firstWord: number, { words }: ShapeGroup): Generator<Part> {
  let word = firstWord;
  for (const character of text) {
    if (!/[A-Z]/.test(character)) {
      yield { kind: 'literal', text: character };
      continue;
    }
    const texts = [...words[word++]];
    if (character === 'D') yield { kind: 'weekday', long: weekLike(texts)![0].length > 4 };
    else if (character === 'O') yield { kind: 'words', texts: ['st', 'nd', 'rd', 'th'] };
    else yield { kind: 'literal', text: texts[0] };
  }
}

function keyOf(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (part.kind === 'literal') return part.text;
      if (part.kind === 'weekday') return '<weekday>';
      if (part.kind === 'words') return `(${part.texts.join('|')})`;
      return `<${part.name}${part.name === 'hour' && part.digits > 2 ? part.digits : ''}>`;
    })
    .join('');
}
