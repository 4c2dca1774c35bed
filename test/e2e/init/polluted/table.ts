/** The table that is polluted: dates, times, whole numbers, money, words, quoted texts, addresses and an empty column. */

export interface SourceCell {
  readonly text: string;
  readonly quoted: boolean;
}

export interface SourceTable {
  readonly header: readonly SourceCell[];
  readonly rows: readonly (readonly SourceCell[])[];
}

const products = [
  'Walking Boots',
  "Women's Rain Coat",
  'Tent, Two Persons',
  'Fly Rod 8 Wt.',
  'Table, Round 48"',
  "Kids' Cap",
] as const;

const praises = [
  'Light enough for every day, and dry in any weather.',
  "A coat that keeps the rain out, whatever the sky's colour.",
  'Room for two, packed as small as one.',
  'Casts far: our 8\'9" rod, made for her and for him.',
  'Sits six people, inside or outside, all the year round.',
  'Keeps the sun off, on the trail and on the way back home.',
] as const;

/** A table of `count` rows and nine columns, as a shop would export it. */
export function sourceTable(count: number): SourceTable {
  const plain = (text: string): SourceCell => ({ text, quoted: /[",]/.test(text) });
  const quoted = (text: string): SourceCell => ({ text, quoted: true });
  const header = ['DATE', 'TIME', 'Qty', 'PRODUCTID', 'Price', 'ProductType'].map(plain);
  const rows = Array.from({ length: count }, (_, i) => {
    const two = (n: number) => String(n).padStart(2, '0');
    const code = `${'RBCYHZ'[i % 6]}${'IHCYKN'[(i * 5) % 6]}-${1000 + ((i * 7919) % 9000)}`;
    return [
      plain(`${two(13 + (i % 15))}/${two(1 + (i % 12))}/2018`),
      plain(`${two(i % 24)}:${two((i * 15) % 60)}`),
      plain(String((i * 3) % 10)),
      plain(code),
      plain(`$${(((i * 1373) % 9000) / 100 + 1).toFixed(2)}`),
      plain(products[i % 6]),
      quoted(praises[(i + Math.floor(i / 6)) % 6]),
      quoted(`https://www.example.com/product/${code.replace('-', '_')}.html`),
      plain(''),
    ];
  });
  return { header: [...header, quoted('Description'), quoted('URL'), plain('Comments')], rows };
}
