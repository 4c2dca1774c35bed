/** The words of a header: lower case, in Latin letters, with the signs that tell columns apart spelled out. */
import { latin } from './latin.ts';

/** Signs and the words that they stand for, in the order in which they are looked for. */
const signs: readonly (readonly [sign: RegExp, words: string])[] = [
  [/™|®|©/g, ' '],
  [/(?<=\p{L})['’ʼ](?=\p{L})/gu, ''],
  [/(?<!\p{L})n[°º](?!\p{L})/giu, ' no '],
  [/№/g, ' no '],
  [/℃|°\s*C(?!\p{L})/gu, ' celsius '],
  [/℉|°\s*F(?!\p{L})/gu, ' fahrenheit '],
  [/°/g, ' deg '],
  [/(?<!\p{L})[µμ](?=\p{Script=Latin})/gu, 'u'],
  [/∆/g, ' delta '],
  [/%/g, ' percent '],
  [/‰/g, ' per mille '],
  [/(?<!p{L})US\$/gi, ' usd '],
  [/(?<!p{L})(AU|CA|HK|NZ|SG)\$/gi, ' $1d '],
  [/(?<!p{L})R\$/g, ' brl '],
  [/[$＄]/g, ' usd '],
  [/€/g, ' eur '],
  [/[£￡]/g, ' gbp '],
  [/[¥￥]/g, ' yen '],
  [/₽/g, ' rub '],
  [/₹/g, ' inr '],
  [/₩/g, ' krw '],
  [/₴/g, ' uah '],
  [/₺/g, ' lira '],
  [/₪/g, ' ils '],
  [/₫/g, ' vnd '],
  [/₿/g, ' btc '],
  [/¢/g, ' cents '],
  [/(?<![\p{L}\p{N}])(\p{L})[#♯](?![\p{L}\p{N}])/gu, '$1 sharp '],
  [/#/g, ' number '],
  [/&/g, ' and '],
  [/±/g, ' plus minus '],
  [/\+/g, ' plus '],
  [/@/g, ' at '],
  [/×/g, ' x '],
  [/(?:<=|≤)(?=\s*\d)/g, ' le '],
  [/(?:>=|≥)(?=\s*\d)/g, ' ge '],
  [/<(?=\s*\d)/g, ' lt '],
  [/>(?=\s*\d)/g, ' gt '],
  [/^\s*[-−](?=\s*\d)/g, ' minus '],
];

/** Words of signs that say nothing when they are repeated: `EUR (€)`. C++ has two of them. */
const signWords = new Set(signs.flatMap(([, words]) => words.trim().split(' ')));
signWords.delete('plus');

/**
 * `Total (€)` → total, eur; `orderId` → order, id; `Город` → gorod. Empty if nothing of the header can be written in
 * Latin letters, or digits alone would be left of words.
 */
export function headerWords(header: string): string[] {
  let text = header.normalize('NFC');
  for (const [sign, words] of signs) text = text.replace(sign, words);
  const words = splitCapitals(latin(text))
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const distinct = words.filter((word, i) => word !== words[i - 1] || !signWords.has(word));
  const lost = /\p{L}/u.test(header) && !distinct.some((word) => /[a-z]/.test(word));
  return lost ? [] : distinct;
}

/** `orderId` → order Id, `HTTPServer` → HTTP Server; `IDs` and `H2O` stay one word. */
function splitCapitals(text: string): string {
  return text
    .replace(/([a-z])(?=[A-Z])/g, '$1 ')
    .replace(/(\d)(?=[A-Z][a-z])/g, '$1 ')
    .replace(/([A-Z])(?=[A-Z](?!s\b)[a-z])/g, '$1 ');
}
