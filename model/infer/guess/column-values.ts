/**
 * The values of a column, grouped by shape, so that a guess looks at each shape once and not at each value: digits
 * become 9 and runs of letters become a. `13.01.24` has the shape `99.99.99`, `5 Jan 2024` has `9 a 9999`.
 */

export interface ShapeGroup {
  /** '' for the texts that have no digit, are too long, or have too many shapes. */
  readonly shape: string;
  readonly texts: string[];
  rows: number;
  /** The runs of letters at each place of the shape. */
  readonly words: readonly Set<string>[];
}

/** Longest text that may be a number or a time: JavaScript's own form of a date has 60 to 70 characters. */
const charactersMost = 80;
/** More shapes than numbers and times of one column have. Texts of further shapes are of no shape. */
const shapesMost = 1500;
/** More runs of letters than a time has, and more different ones than there are names of months and zones. */
const wordsMost = 8;
const differentWordsMost = 80;

const Class = { other: 0, digit: 1, letter: 2, unknown: 3 } as const;

/** The class of each UTF-16 code unit, found when first asked for. */
const classes = new Uint8Array(65_536).fill(Class.unknown);

function classOf(code: number): number {
  const known = classes[code];
  if (known !== Class.unknown) return known;
  const character = String.fromCharCode(code);
  const found = /[0-9]/.test(character)
    ? Class.digit
    : /[\p{L}\p{M}]/u.test(character)
      ? Class.letter
      : Class.other;
  classes[code] = found;
  return found;
}

const units = new Uint16Array(charactersMost);
const wordStarts = new Uint8Array(wordsMost);
const wordEnds = new Uint8Array(wordsMost);

/** Of the last text: its runs of letters, the length of its shape, 0 if it has none, and a hash of it. */
let wordCount = 0;
let shapeLength = 0;
let shapeHash = 0;

/** Puts the shape of a text into `units`. */
function takeShape(text: string): void {
  wordCount = 0;
  shapeLength = 0;
  if (text.length > charactersMost) return;
  let length = 0;
  let hash = 0;
  let digits = false;
  let inWord = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = classOf(code);
    if (kind === Class.letter && inWord) {
      wordEnds[wordCount - 1] = i + 1;
      continue;
    }
    inWord = kind === Class.letter;
    if (inWord) {
      if (wordCount === wordsMost) return;
      wordStarts[wordCount] = i;
      wordEnds[wordCount++] = i + 1;
    }
    digits ||= kind === Class.digit;
    const unit = kind === Class.digit ? 57 : kind === Class.letter ? 97 : code;
    units[length++] = unit;
    hash = Math.imul(hash ^ unit, 16_777_619);
  }
  if (!digits) return;
  shapeLength = length;
  shapeHash = hash;
}

/** True if the last text has this shape. */
function hasShape({ shape }: ShapeGroup): boolean {
  if (shape.length !== shapeLength) return false;
  for (let i = 0; i < shapeLength; i++) if (shape.charCodeAt(i) !== units[i]) return false;
  return true;
}

/** Groups texts by their shapes. */
export function shapesOf(counts: ReadonlyMap<string, number>): readonly ShapeGroup[] {
  const shapeless: ShapeGroup = { shape: '', texts: [], rows: 0, words: [] };
  const groups = new Map<string, ShapeGroup>();
  // The last group of each hash: most texts are told by it, without making a string of their shape.
  const byHash = new Map<number, ShapeGroup>();
  for (const [text, rows] of counts) {
    let group = shapeless;
    if (groups.size < shapesMost) takeShape(text);
    else shapeLength = 0;
    if (shapeLength > 0) {
      const likely = byHash.get(shapeHash);
      group = likely !== undefined && hasShape(likely) ? likely : groupOf(groups);
      if (group !== likely) byHash.set(shapeHash, group);
    }
    group.texts.push(text);
    group.rows += rows;
    for (let w = 0; w < group.words.length; w++) {
      const words = group.words[w];
      if (words.size <= differentWordsMost) words.add(text.slice(wordStarts[w], wordEnds[w]));
    }
  }
  return [shapeless, ...groups.values()].filter(({ texts }) => texts.length > 0);
}

/** The group of the last text's shape. */
function groupOf(groups: Map<string, ShapeGroup>): ShapeGroup {
  const shape = String.fromCharCode(...units.subarray(0, shapeLength));
  const known = groups.get(shape);
  if (known !== undefined) return known;
  const words = Array.from({ length: wordCount }, () => new Set<string>());
  const group: ShapeGroup = { shape, texts: [], rows: 0, words };
  groups.set(shape, group);
  return group;
}

/** What the rest of the table, or a person, says about how numbers and days are written. */
export interface GuessOptions {
  readonly decimalHint?: '.' | ',';
  /** Days stand before months. */
  readonly dayFirstHint?: boolean;
  /** Other columns have `\N` for null too: the file is the dump of a database. */
  readonly dump?: boolean;
}

/** The values of a column that do not look like null. */
export class ColumnValues {
  readonly header: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly rows: number;
  readonly hints: GuessOptions;
  private grouped: readonly ShapeGroup[] | undefined;
  private readonly findings = new Map<unknown, unknown>();

  constructor(header: string, counts: ReadonlyMap<string, number>, hints: GuessOptions = {}) {
    this.header = header;
    this.counts = counts;
    this.hints = hints;
    let rows = 0;
    for (const count of counts.values()) rows += count;
    this.rows = rows;
  }

  get shapes(): readonly ShapeGroup[] {
    this.grouped ??= shapesOf(this.counts);
    return this.grouped;
  }

  /** What `find` says of these values. It is asked once. */
  found<T>(find: (values: ColumnValues) => T): T {
    if (!this.findings.has(find)) this.findings.set(find, find(this));
    return this.findings.get(find) as T;
  }

  rowsOf(texts: readonly string[]): number {
    let rows = 0;
    for (const text of texts) rows += this.counts.get(text) ?? 0;
    return rows;
  }

  /** The texts that do not pass, or null as soon as they are too many. */
  misfits(passes: (text: string) => boolean): string[] | null {
    const misfits: string[] = [];
    let rows = 0;
    for (const [text, count] of this.counts) {
      if (passes(text)) continue;
      misfits.push(text);
      rows += count;
      if (rows > this.rows * misfitShareMost || misfits.length > misfitsMost) return null;
    }
    return misfits;
  }
}

/** A type that does not fit more rows than this is not considered, not even for a remark. */
export const misfitShareMost = 0.5;

/** Nor one that does not fit more texts than this. */
export const misfitsMost = 1000;

/** The numbers that a text's runs of digits are. Runs of more than 9 digits are cut. Returns how many there are. */
export function digitRuns(text: string, into: Int32Array): number {
  let count = 0;
  let value = -1;
  let digits = 0;
  for (let i = 0; i <= text.length; i++) {
    const digit = i < text.length ? text.charCodeAt(i) - 48 : -1;
    if (digit >= 0 && digit <= 9) {
      if (digits++ < 9) value = (value < 0 ? 0 : value * 10) + digit;
    } else if (value >= 0) {
      if (count < into.length) into[count++] = value;
      value = -1;
      digits = 0;
    }
  }
  return count;
}

/** Words of a header, in lower case: `createdAt` and `created_at` are `created at`. */
export function headerWords(header: string): string {
  return header
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** True if a header is about a day or a time. */
export function saysTime(header: string): boolean {
  const words = headerWords(header);
  return (
    /(date|time|epoch|stamp|created|updated|modified|deleted|datum|zeit|fecha|hora|data|дата|время)/.test(
      words,
    ) || /(^| )(ts|tstamp|dt|day|tag|jour|dia|unix|at|on|since|until|when|birth\w*|dob)( |$)/.test(words)
  );
}
