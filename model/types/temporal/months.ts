/** Month names: those of Intl, in full and short, as they stand alone and beside a day, and a few forms more. */
import { monthForms } from './calendar-names.ts';

export type Locale = keyof typeof monthForms;

/** Languages of month names. A name that belongs to several is taken for the first of these by `landfall init`. */
export const locales = Object.keys(monthForms) as Locale[];

/** Forms that Intl does not write, or not in every version. */
const otherForms: Partial<Readonly<Record<Locale, Readonly<Record<string, number>>>>> = {
  en: { sep: 9, sept: 9 },
  de: { jänner: 1, jän: 1, mär: 3, mrz: 3, juni: 6, juli: 7, sep: 9, sept: 9 },
  fr: { janv: 1, févr: 2, avr: 4, juil: 7, sept: 9, déc: 12 },
  es: { sep: 9, sept: 9, set: 9, setiembre: 9 },
  it: { sett: 9 },
  nl: { mrt: 3, maa: 3 },
  ru: {
    янв: 1,
    фев: 2,
    февр: 2,
    мар: 3,
    апр: 4,
    июн: 6,
    июл: 7,
    авг: 8,
    сен: 9,
    сент: 9,
    окт: 10,
    ноя: 11,
    нояб: 11,
  },
};

/** A name as names are compared: case, composition and a final full stop do not matter. */
export function foldedMonth(name: string): string {
  return name.normalize('NFC').toLowerCase().replace(/\.$/, '');
}

const tables = new Map<Locale, ReadonlyMap<string, number>>();

/** The number of each month by its folded names. */
export function monthNames(locale: Locale): ReadonlyMap<string, number> {
  let table = tables.get(locale);
  if (table === undefined) {
    table = readNames(locale);
    tables.set(locale, table);
  }
  return table;
}

function readNames(locale: Locale): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [m, forms] of monthForms[locale].split('|').entries()) {
    for (const name of forms.split(' ')) if (name !== '') found.set(name, m + 1);
  }
  for (const [form, month] of Object.entries(otherForms[locale] ?? {})) found.set(form, month);
  // Many programs leave accents out.
  for (const [name, month] of [...found]) {
    const bare = name.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC');
    if (/^[a-z]+$/.test(bare) && !found.has(bare)) found.set(bare, month);
  }
  return found;
}

/** 1–12, or NaN if the name is not a month. Case and a final full stop do not matter. */
export function monthOfName(name: string, locale: Locale): number {
  return monthNames(locale).get(foldedMonth(name)) ?? Number.NaN;
}
