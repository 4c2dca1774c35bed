/** Month names: English in full and short, Russian in nominative, genitive and short forms. */

const names: Readonly<Record<'en' | 'ru', readonly string[]>> = {
  en: [
    'january jan',
    'february feb',
    'march mar',
    'april apr',
    'may',
    'june jun',
    'july jul',
    'august aug',
    'september sept sep',
    'october oct',
    'november nov',
    'december dec',
  ],
  ru: [
    'январь января янв',
    'февраль февраля февр фев',
    'март марта мар',
    'апрель апреля апр',
    'май мая',
    'июнь июня июн',
    'июль июля июл',
    'август августа авг',
    'сентябрь сентября сент сен',
    'октябрь октября окт',
    'ноябрь ноября нояб ноя',
    'декабрь декабря дек',
  ],
};

function byName(months: readonly string[]): ReadonlyMap<string, number> {
  return new Map(months.flatMap((forms, i) => forms.split(' ').map((form) => [form, i + 1] as const)));
}

const tables = { en: byName(names.en), ru: byName(names.ru) };

/** 1–12, or NaN if the name is not a month. Case and a final full stop do not matter. */
export function monthOfName(name: string, locale: 'en' | 'ru'): number {
  return tables[locale].get(name.toLowerCase().replace(/\.$/, '')) ?? Number.NaN;
}
