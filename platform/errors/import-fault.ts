/** Where and why a definition file cannot be imported, with the line itself. */
import { readFile } from 'node:fs/promises';

interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** `Unexpected token in line 3:` and the line; without a place, what the error says. `file`: the one that was imported. */
export async function importFault(error: unknown, file: string): Promise<string> {
  if (!(error instanceof Error)) return String(error);
  const place = placeOf(error);
  // Node lists the modules that asked for a missing one, jiti the place of a mistake in the syntax.
  const reason = error.message
    .split('\n')[0]
    .replace(/^ParseError: /, '')
    .trim();
  if (place === null) return reason;
  const where = place.file === file ? `in line ${place.line}` : `in line ${place.line} of ${place.file}`;
  const text = await lineOf(place);
  return text === null ? `${reason}, ${where}` : `${reason}, ${where}:\n  ${place.line} | ${text}`;
}

/** Of a mistake in the syntax, or of the innermost call in a file that is not installed. */
function placeOf({ message, stack = '' }: Error): Place | null {
  const inMessage = /\n (\/.+|[A-Z]:\\.+):(\d+):\d+$/.exec(message);
  if (inMessage !== null) return { file: inMessage[1], line: Number(inMessage[2]) };
  for (const [, file, line] of stack.matchAll(
    /^ +at (?:.*\()?(\/[^\n()]+|[A-Z]:\\[^\n()]+):(\d+):\d+\)?$/gm,
  )) {
    if (!/[\\/]node_modules[\\/]/.test(file)) return { file, line: Number(line) };
  }
  return null;
}

/** The longest line that is shown whole. */
const shownCharacters = 160;

async function lineOf({ file, line }: Place): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  const found = text?.split('\n')[line - 1]?.trimEnd();
  if (found === undefined || found === '') return null;
  return found.length > shownCharacters ? `${found.slice(0, shownCharacters)} …` : found;
}
