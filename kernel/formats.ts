/**
 * Compiles date and time formats for kernel/assembly/types/read-time.ts. The letters are Unicode's (CLDR):
 *
 *   yyyy year · yy year of 1970…2069 · MM, M month · dd, d day · HH, H hour · hh, h hour of 12 · a AM/PM
 *   mm, m minute · ss, s second · S fraction of 1 to 9 digits, SS… of as many digits as letters · X, XX, XXX, Z
 *   offset (Z, +HH, +HHmm, +HH:mm) · 'text' literally · any other character literally
 *
 * A doubled letter takes exactly two digits, a single one takes one or two.
 */

/** The first byte of each operation of a compiled format. */
const Operation = { literal: 0, digits: 1, half: 2, offset: 3, fraction: 4, iso: 5 } as const;

const TOKENS: Record<string, readonly number[]> = {
  yyyy: [Operation.digits, 0, 4, 4],
  yy: [Operation.digits, 1, 2, 2],
  MM: [Operation.digits, 2, 2, 2],
  M: [Operation.digits, 2, 1, 2],
  dd: [Operation.digits, 3, 2, 2],
  d: [Operation.digits, 3, 1, 2],
  HH: [Operation.digits, 4, 2, 2],
  H: [Operation.digits, 4, 1, 2],
  hh: [Operation.digits, 5, 2, 2],
  h: [Operation.digits, 5, 1, 2],
  mm: [Operation.digits, 6, 2, 2],
  m: [Operation.digits, 6, 1, 2],
  ss: [Operation.digits, 7, 2, 2],
  s: [Operation.digits, 7, 1, 2],
  a: [Operation.half],
  S: [Operation.fraction, 1, 9],
  SS: [Operation.fraction, 2, 2],
  SSS: [Operation.fraction, 3, 3],
  SSSS: [Operation.fraction, 4, 4],
  SSSSS: [Operation.fraction, 5, 5],
  SSSSSS: [Operation.fraction, 6, 6],
  SSSSSSS: [Operation.fraction, 7, 7],
  SSSSSSSS: [Operation.fraction, 8, 8],
  SSSSSSSSS: [Operation.fraction, 9, 9],
  X: [Operation.offset],
  XX: [Operation.offset],
  XXX: [Operation.offset],
  Z: [Operation.offset],
};

/** `yyyy-MM-dd HH:mm:ss` and the like have their own operation. */
const ISO_FORMAT = /^yyyy-MM-dd( |T|'T')HH:mm:ss$/;

export type FormatToken = { readonly token: string } | { readonly literal: string };

/** Cuts a format into tokens and literals. Throws a RangeError that names what cannot be read. */
export function formatTokens(format: string): FormatToken[] {
  const tokens: FormatToken[] = [];
  for (const [part] of format.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|./gsu)) {
    if (part.length > 1 && part.startsWith("'")) {
      tokens.push({ literal: part === "''" ? "'" : part.slice(1, -1).replaceAll("''", "'") });
    } else if (TOKENS[part]) tokens.push({ token: part });
    else if (/^[A-SU-Za-z]|^TT|^'/.test(part)) {
      throw new RangeError(
        `Date format “${format}”: “${part}” is not known; put text between single quotes.`,
      );
    } else tokens.push({ literal: part });
  }
  checkTokens(format, new Set(tokens.map((token) => ('token' in token ? token.token[0] : ''))));
  return tokens;
}

function checkTokens(format: string, letters: ReadonlySet<string>): void {
  const complain = (what: string) => {
    throw new RangeError(`Date format “${format}” ${what}.`);
  };
  if (!letters.has('y')) complain('has no year');
  if (letters.has('d') && !letters.has('M')) complain('has a day but no month');
  if (letters.has('h') !== letters.has('a')) complain('needs both h and a, or H');
  if (letters.has('h') && letters.has('H')) complain('has both h and H');
}

function compileFormat(format: string): number[] {
  const iso = ISO_FORMAT.exec(format);
  const tokens = formatTokens(format);
  if (iso) return [Operation.iso, iso[1].replaceAll("'", '').charCodeAt(0)];
  const program = tokens.flatMap((token) =>
    'token' in token
      ? TOKENS[token.token]
      : [...Buffer.from(token.literal)].flatMap((byte) => [Operation.literal, byte]),
  );
  if (program.length > 250) throw new RangeError(`Date format “${format}” is too long.`);
  return program;
}

/** The program of several formats, tried in order. Throws a RangeError for an invalid format. */
export function compileFormats(formats: readonly string[]): Uint8Array {
  if (formats.length === 0) throw new RangeError('A date or timestamp column needs a format.');
  const programs = formats.map(compileFormat);
  return Uint8Array.from([...programs.flatMap((program) => [program.length, ...program]), 0xff, 0xff, 0xff]);
}
