/** What a text of SQL asks for, by its first word. The databases decide; this only finds the words for the message. */
import { LandfallError } from '../../platform/errors/errors.ts';

/** Blanks, comments and parentheses before the first word. */
const before = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|\()*/;

/** The first word in lower case; empty where there is none. */
export function firstWord(sql: string): string {
  return /^\w*/.exec(sql.replace(before, ''))![0].toLowerCase();
}

/** Throws LF_USAGE for a text without a statement, and LF_SQL_READ_ONLY for one that does not begin with one of the words. */
export function checkWord(sql: string, words: readonly string[]): string {
  const word = firstWord(sql);
  if (sql.replace(before, '').trim() === '')
    throw new LandfallError('LF_USAGE', { problem: 'the SQL is empty' });
  if (words.includes(word)) return word;
  const found = word || sql.replace(before, '').slice(0, 10);
  throw new LandfallError('LF_SQL_READ_ONLY', {
    reason: `it begins with ${found}, and not with ${words.join(', ')}`,
  });
}
