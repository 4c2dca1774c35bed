/** Currencies and units that stand beside numbers. */

/** Texts of one line mean the same currency. */
const currencies: readonly (readonly string[])[] = [
  ['$', 'USD', 'US$'],
  ['€', 'EUR', 'Euro', 'euro', 'euros'],
  ['£', 'GBP'],
  ['¥', 'JPY', '円'],
  ['元', 'CNY', 'RMB'],
  ['₽', 'RUB', 'руб', 'руб.', 'р.', 'р'],
  ['₹', 'INR', 'Rs', 'Rs.'],
  ['zł', 'PLN'],
  ['Kč', 'CZK'],
  ['R$', 'BRL'],
  ['Ft', 'HUF'],
  ['kr', 'kr.'],
  ['SEK'],
  ['NOK'],
  ['DKK'],
  ['CHF', 'Fr.', 'SFr.'],
  ['C$', 'CAD', 'CA$'],
  ['A$', 'AUD', 'AU$'],
  ['₺', 'TRY', 'TL'],
  ['₩', 'KRW'],
  ['₴', 'UAH'],
  ['₪', 'ILS'],
  ['MXN'],
  ['ZAR'],
  ['HK$', 'HKD'],
  ['S$', 'SGD'],
];

const currencyOf = new Map(currencies.flatMap((texts) => texts.map((text) => [text, texts[0]])));

const shares = new Set(['%', '‰', 'percent', 'pct', 'Prozent']);

/** Units that follow a number. */
const measures = new Set(
  [
    'kg g mg µg t lb lbs oz km m cm mm µm nm mi ft in yd km² m² ha km/h mph m/s l L ml cl gal',
    'kWh MWh GWh Wh kW MW GW W V kV A mA Hz kHz MHz GHz B KB kB MB GB TB KiB MiB GiB',
    '° °C °F ° C K hPa bar Pa kPa psi s sec ms µs min mins h hr hrs hours days d pts px bps ppm bpm kcal kJ',
  ]
    .join(' ')
    .split(' '),
);

export interface Unit {
  readonly kind: 'money' | 'share' | 'measure';
  /** Units with the same name mean the same. */
  readonly name: string;
}

/** The unit that a text before or after a number is, or null. */
export function unitOf(text: string, place: 'before' | 'after'): Unit | null {
  const currency = currencyOf.get(text) ?? (/^\p{Sc}$/u.test(text) ? text : undefined);
  if (currency !== undefined) return { kind: 'money', name: currency };
  if (place === 'before') return null;
  if (shares.has(text)) return { kind: 'share', name: text };
  return measures.has(text) ? { kind: 'measure', name: text } : null;
}
