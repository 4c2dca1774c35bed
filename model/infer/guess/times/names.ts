/** Names of months and days of the week, in the languages that times are written in. */

/** Where names belong to several languages, the first of these is taken. */
export const locales: readonly string[] =
  'en de fr es it pt nl ru uk pl cs sk sv da nb fi hu ro tr id ca hr sl et lv el'.split(' ');

/** Forms that Intl does not write. */
const otherMonths: Readonly<Record<string, readonly (readonly [form: string, month: number])[]>> = {
  en: [['sept', 9]],
  ru: [
    ['фев', 2],
    ['сен', 9],
    ['ноя', 11],
  ],
};

/** A name as names are compared: case, composition and a final full stop do not matter. */
export function foldedName(name: string): string {
  return name.normalize('NFC').toLowerCase().replace(/\.$/, '');
}

type Months = ReadonlyMap<string, ReadonlyMap<string, number>>;

let months: Months | undefined;

/** The languages in which a name is a month's, with the number of the month. */
export function monthsNamed(name: string): ReadonlyMap<string, number> | undefined {
  months ??= readMonths();
  return months.get(foldedName(name));
}

/** What Intl writes for a month, alone and beside a day, in full and short. */
function readMonths(): Months {
  const found = new Map<string, Map<string, number>>();
  const add = (form: string, locale: string, month: number) => {
    const name = foldedName(form);
    if (!/^[\p{L}\p{M}]+$/u.test(name)) return;
    const languages = found.get(name) ?? new Map<string, number>();
    if (!languages.has(locale)) languages.set(locale, month);
    found.set(name, languages);
  };
  for (const locale of locales) {
    for (const style of ['long', 'short'] as const) {
      for (const beside of [{}, { day: 'numeric' }] as const) {
        const format = new Intl.DateTimeFormat(locale, { month: style, ...beside, timeZone: 'UTC' });
        for (let month = 0; month < 12; month++) {
          const parts = format.formatToParts(Date.UTC(2024, month, 5));
          add(parts.find(({ type }) => type === 'month')?.value ?? '', locale, month + 1);
        }
      }
    }
    for (const [form, month] of otherMonths[locale] ?? []) add(form, locale, month);
  }
  return found;
}

/** Lists of the seven names of days, by any of the names. */
let days: ReadonlyMap<string, readonly string[]> | undefined;

/** All seven days of the week, written like these: in the same language and length. undefined: they are not days. */
export function weekLike(names: Iterable<string>): readonly string[] | undefined {
  days ??= readWeeks();
  let week: readonly string[] | undefined;
  for (const name of names) {
    const found = days.get(name.toLowerCase());
    if (found === undefined || (week !== undefined && week !== found)) return undefined;
    week = found;
  }
  return week;
}

function readWeeks(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const locale of locales) {
    for (const style of ['long', 'short'] as const) {
      const format = new Intl.DateTimeFormat(locale, { weekday: style, timeZone: 'UTC' });
      // 1 January 2024 was a Monday.
      const week = Array.from({ length: 7 }, (_, i) =>
        format.format(Date.UTC(2024, 0, i + 1)).replace(/\.$/, ''),
      );
      for (const name of week) {
        const key = name.toLowerCase();
        // A single letter may be anything.
        if (name.length > 1 && !found.has(key)) found.set(key, week);
      }
    }
  }
  return found;
}
