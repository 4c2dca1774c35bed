/** Values as TypeScript writes them, and texts of a file as comments and terminals may show them. */

/** What would end a line, turn its direction, not be seen, or not be UTF-8. */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  const hex = code.toString(16);
  return short[character] ?? (code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`);
}

/** A string literal, in the quotes of which the text has fewer. */
export function stringLiteral(text: string): string {
  const quote = text.split("'").length > text.split('"').length ? '"' : "'";
  const body = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return `${quote}${body.replace(unsafe, escaped)}${quote}`;
}

/** The text on one line, with what cannot be seen escaped. */
export function visible(text: string): string {
  return text.replace(unsafe, escaped);
}

/** Most characters of a text that a comment shows. */
const shownMost = 40;

/** A value of the file as a comment shows it: in quotes, and cut if it is long. */
export function shownValue(text: string): string {
  return stringLiteral(cut(text));
}

/** The same without quotes, for names of files. */
export function shownText(text: string): string {
  return visible(cut(text));
}

function cut(text: string): string {
  const characters = [...text.slice(0, shownMost * 4)];
  return characters.length > shownMost ? `${characters.slice(0, shownMost).join('')}…` : text;
}
