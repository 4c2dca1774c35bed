/** Texts that often mean that there is no value. */

const words = new Set(
  [
    'null na n/a n.a. #n/a #na nan -nan none nil missing unknown undefined tbd tba unspecified',
    '\\n - -- --- – — ? ?? ??? . .. ... … * ** *** (null) <null> [null] <na> (none) (blank)',
    '#div/0! #ref! #value! #name? #num! #null! #error! n/d n.d. k.a. s/o n/v н/д',
  ]
    .join(' ')
    .split(' '),
);

const phrases = ['not available', 'not applicable', 'no data', 'not known', 'keine angabe', 'нет данных'];
for (const phrase of phrases) words.add(phrase);

/** Days that databases write where there is none. */
const noDay = /^(?:0000-00-00(?:[ T]00:00:00(?:\.0+)?)?|00\/00\/0000|00\.00\.0000|0{8})$/;

/** What accountants write for nothing: a dash beside the sign of a currency or of percent. */
const noAmount = /^\p{Sc}?\s*[-–—]\s*(?:\p{Sc}|%)?$/u;

/** True for a text that means null in a column of numbers, times or truth values. */
export function looksNull(text: string): boolean {
  if (text.length > 19) return false;
  const code = text.charCodeAt(0);
  // Most values begin with a digit, and of these only a day may mean null.
  if (code >= 48 && code <= 57) return code === 48 && noDay.test(text);
  const trimmed = text.trim();
  return trimmed === '' || words.has(trimmed.toLowerCase()) || noAmount.test(trimmed);
}
