/** Names of months and days of the week, in the languages that times are written in. */
import { dayNames } from '../../../types/temporal/calendar-names.ts';
import { foldedMonth, type Locale, locales, monthNames } from '../../../types/temporal/months.ts';

type Months = ReadonlyMap<string, ReadonlyMap<Locale, number>>;

let months: Months | undefined;

/** The languages in which a name is a month's, with the number of the month. */
export function monthsNamed(name: string): ReadonlyMap<Locale, number> | undefined {
  months ??= readMonths();
  return months.get(foldedMonth(name));
}

function readMonths(): Months {
  const found = new Map<string, Map<Locale, number>>();
  for (const locale of locales) {
    for (const [name, month] of monthNames(locale)) {
      const languages = found.get(name) ?? new Map<Locale, number>();
      found.set(name, languages.set(locale, month));
    }
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
    for (const names of dayNames[locale]) {
      const week = names.split('|');
      for (const name of week) {
        const key = name.toLowerCase();
        // A single letter may be anything.
        if (name.length > 1 && !found.has(key)) found.set(key, week);
      }
    }
  }
  return found;
}
