// Writes model/types/temporal/calendar-names.ts: names of months and days as this Node's Intl writes them. Asking Intl
// at each start for all languages takes 100 ms. Run it on the oldest Node that Landfall runs on.
import { writeFileSync } from 'node:fs';

/** A name that belongs to several languages is taken for the first of these by `landfall init`. */
const locales = [
  ...['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'ru', 'uk', 'pl', 'cs', 'sk', 'sv', 'da', 'nb'],
  ...['fi', 'hu', 'ro', 'tr', 'id', 'hr', 'sl', 'et', 'lv', 'el'],
];

/** The forms of each month, folded, joined by spaces; months are joined by `|`. */
function monthsOf(locale) {
  const forms = Array.from({ length: 12 }, () => new Set());
  for (const month of ['long', 'short']) {
    for (const beside of [{}, { day: 'numeric' }]) {
      const format = new Intl.DateTimeFormat(locale, { month, ...beside, timeZone: 'UTC' });
      for (let m = 0; m < 12; m++) {
        const part = format.formatToParts(Date.UTC(2024, m, 5)).find(({ type }) => type === 'month');
        const name = part.value.normalize('NFC').toLowerCase().replace(/\.$/, '');
        if (/^[\p{L}\p{M}]+$/u.test(name)) forms[m].add(name);
      }
    }
  }
  return forms.map((names) => [...names].join(' ')).join('|');
}

/** Seven names from Monday, joined by `|`. */
function daysOf(locale, weekday) {
  const format = new Intl.DateTimeFormat(locale, { weekday, timeZone: 'UTC' });
  // 1 January 2024 was a Monday.
  return Array.from({ length: 7 }, (_, d) => format.format(Date.UTC(2024, 0, 1 + d)).replace(/\.$/, '')).join(
    '|',
  );
}

const lines = (each) => locales.map((locale) => `  ${locale}: ${each(locale)},`).join('\n');
const quoted = (text) => `'${text}'`;
writeFileSync(
  'model/types/temporal/calendar-names.ts',
  `/**
 * Names of months and days in each language, as CLDR ${process.versions.cldr} (Unicode License v3) has them and Intl writes them.
 * Made by \`npm run calendar\`.
 */

/** From January to December: long and short names, as they stand alone and beside a day, folded. */
// biome-ignore format: a language is a line
export const monthForms = {
${lines((locale) => quoted(monthsOf(locale)))}
} as const;

/** From Monday to Sunday: long and short names. */
// biome-ignore format: a language is a line
export const dayNames = {
${lines((locale) => `[${['long', 'short'].map((style) => quoted(daysOf(locale, style))).join(', ')}]`)}
} as const;
`,
);
