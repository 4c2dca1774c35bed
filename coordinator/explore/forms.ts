/** The ways in which a file that no definition describes may be cut into records and fields. */
import { blanks } from '../../kernel/dialect/control.ts';
import { dialectFault } from '../../kernel/dialect/machine.ts';
import type { KernelDialect } from '../../kernel/types.ts';

/** Delimiters of nearly all files, the most common first. */
const usual = [',', ';', '\t', '|'];
/** Signs that occur in texts as well: taken only if nearly every line has the same number of them. */
const rare = [' ', ':', '^', '~', '#', '*', '!', '&', '=', '§', '¬', '¦', '\u0001', '\u0002', '\u0007'];
const separators = ['\u001c', '\u001d', '\u001e', '\u001f'];
/** A sign that is doubled, or signs around a bar, tilde or caret. */
const severalSigns = /([;:,#*^~|])\1{1,3}|[^\p{L}\p{N}\s"']?[|~^][^\p{L}\p{N}\s"']/gu;

const quotes = ['"', "'", '`', '~'] as const;
const escapes = ['\\', '/', '^', "'"];

/** Share of the lines that must have the same number of a rare delimiter. */
const evenShare = 0.9;
/** Lines that are looked at. */
const linesLooked = 100;

/** A way to read the file. `prior`: how likely it is before the file is read. */
export interface Form extends KernelDialect {
  readonly prior: number;
  /** Runs of blanks separate words that begin in the same places of all lines. */
  readonly aligned?: boolean;
}

/** All forms that `text`, the file's beginning, gives a reason to try. */
export function formsFor(text: string, named: string | null): Form[] {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  const looked = lines.slice(0, linesLooked);
  const aligned = areAligned(looked);
  const delimiters = named === null ? delimitersIn(looked) : [{ delimiter: named, prior: 1 }];
  const lineEnds = lineEndsIn(text);
  return delimiters
    .flatMap(({ delimiter, prior }) => {
      const rest = { delimiter, lineEnds, prior, ...(delimiter === blanks && aligned && { aligned }) };
      return quotesIn(looked, delimiter).flatMap((quote) =>
        escapesIn(text, quote).flatMap((mark) =>
          trimsIn(looked, delimiter, quote).map((trim) => ({ ...rest, quote, escape: mark, trim })),
        ),
      );
    })
    .filter((form) => dialectFault(form) === null);
}

function delimitersIn(lines: readonly string[]): { delimiter: string; prior: number }[] {
  const found = usual
    .filter((sign) => lines.some((line) => line.includes(sign)))
    .map((delimiter, i) => ({ delimiter, prior: 1 - i * 0.001 }));
  const runs = new Set(lines.slice(0, 5).flatMap((line) => line.match(severalSigns) ?? []));
  const several = [...runs]
    .filter((run) => isEven(lines, run, 1) && isNeverAlone(lines, run))
    .map((delimiter) => ({ delimiter, prior: 1.25 }));
  const others = rare
    .filter((sign) => isEven(lines, sign, 1) || (sign === ' ' && isQuotedBetween(lines)))
    .map((delimiter) => ({ delimiter, prior: 0.4 }));
  const control = separators
    .filter((sign) => isEven(lines, sign, 1))
    .map((delimiter) => ({ delimiter, prior: 1 }));
  const spaced = lines.some(hasRun) && !areSingle(lines) ? [{ delimiter: blanks, prior: 0.6 }] : [];
  // If each blank separated two fields, columns would be empty that only align others.
  const single =
    spaced.length > 0 && hasEvenWords(lines) ? others.filter((one) => one.delimiter !== ' ') : others;
  const all = [...found, ...several, ...control, ...single];
  return [...(all.length > 0 ? all : [{ delimiter: ',', prior: 1 }]), ...spaced];
}

/**
 * True if hardly any line has the bar of `run`, or the sign that it repeats, on its own, and the header does not:
 * else fields are empty there, or begin with the other sign of the run, as in `|$5.00`.
 */
function isNeverAlone(lines: readonly string[], run: string): boolean {
  const sign = /[|~^]/.exec(run)?.[0] ?? run[0];
  const alone = lines.filter((line) => line.replaceAll(run, '').includes(sign));
  const first = lines.find((line) => line.includes(sign));
  return alone.length <= lines.length * (1 - evenShare) && (first === undefined || !alone.includes(first));
}

/** True if nearly all lines have the same number of `sign`, at least `least`. */
function isEven(lines: readonly string[], sign: string, least: number): boolean {
  const counts = new Map<number, number>();
  for (const line of lines) {
    const count = line.split(sign).length - 1;
    if (count >= least) counts.set(count, (counts.get(count) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values()) >= Math.max(1, lines.length * evenShare);
}

/** Blanks side by side, or around a record: a single blank as delimiter would make empty fields of them. */
function hasRun(line: string): boolean {
  return /[ \t]{2}\S|^[ \t]+\S|\S[ \t]+$/.test(unquoted(line));
}

/** True if nearly all lines have as many texts between blanks. */
function hasEvenWords(lines: readonly string[]): boolean {
  const words = lines.map((line) =>
    unquoted(line)
      .trim()
      .replace(/[ \t]+/g, ' '),
  );
  return isEven(words, ' ', 1);
}

/** Lines from which on words in the same places are columns. */
const alignedLeast = 3;

/** True if the words of all lines begin in the same places, and runs of blanks fill up between them. */
function areAligned(lines: readonly string[]): boolean {
  if (lines.length < alignedLeast || !lines.some((line) => /\S {2,}\S/.test(line))) return false;
  const places = (line: string) => [...line.matchAll(/\S+/g)].map(({ index }) => index).join(' ');
  const first = places(lines[0]);
  return first.includes(' ') && lines.every((line) => !line.includes('\t') && places(line) === first);
}

/**
 * True if the first line has no blanks side by side, and all lines have as many as it has outside of quotes: then each
 * blank separates two fields, and two of them enclose an empty one.
 */
function areSingle(lines: readonly string[]): boolean {
  const [first, ...others] = lines.map(unquoted);
  const count = first.split(' ').length;
  const isEven = others.length > 0 && others.every((line) => line.split(' ').length === count);
  return count > 1 && !hasRun(first) && isEven;
}

function unquoted(line: string): string {
  return line.replace(/"[^"]*"/g, '""');
}

/** True if every line has blanks, and quoted fields stand between some. */
function isQuotedBetween(lines: readonly string[]): boolean {
  return lines.some((line) => / ["'].*["']( |$)/.test(line)) && lines.every((line) => line.includes(' '));
}

/** Quotes that open or close a field somewhere. The double quote always counts: rows to come may need it. */
function quotesIn(lines: readonly string[], delimiter: string): (string | null)[] {
  const ends = delimiter === blanks ? [' ', '\t'] : [delimiter, `${delimiter} `];
  const opened = (sign: string) =>
    lines.some((line) => line.trimStart().startsWith(sign) || ends.some((end) => line.includes(end + sign)));
  const found = quotes.filter((sign) => sign === '"' || opened(sign));
  return opened('"') || found.length > 1 ? [...found, null] : ['"'];
}

function escapesIn(text: string, quote: string | null): (string | null)[] {
  if (quote === null) return [null];
  const found = escapes.filter((sign) => sign !== quote && text.includes(sign + quote));
  return [null, ...found];
}

function trimsIn(lines: readonly string[], delimiter: string, quote: string | null): boolean[] {
  if (delimiter === ' ' || delimiter === blanks || quote === null) return [false];
  return lines.some(
    (line) => line.includes(`${delimiter} ${quote}`) || line.includes(`${quote} ${delimiter}`),
  )
    ? [false, true]
    : [false];
}

/** CR ends records where there is one without LF, unless LF ends nearly all lines: then it is in a text. */
function lineEndsIn(text: string): 'lf' | 'any' {
  const alone = (text.match(/\r(?!\n|$)/g) ?? []).length;
  if (alone === 0) return 'lf';
  return alone > (text.match(/\n/g) ?? []).length / 10 ? 'any' : 'lf';
}
