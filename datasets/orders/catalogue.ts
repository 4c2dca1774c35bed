/** What is sold, from where people order, and with what, in the generated data. All names are invented. */

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  /** In cents. */
  readonly price: number;
}

const shelves: Readonly<Record<string, readonly (readonly [name: string, cents: number])[]>> = {
  tea: [
    ['Black tea', 490],
    ['Green tea', 620],
    ['Rooibos', 450],
    ['Chai', 575],
  ],
  coffee: [
    ['House blend', 890],
    ['Espresso', 990],
    ['Decaf', 1050],
  ],
  ware: [
    ['Mug', 1200],
    ['Teapot', 3450],
    ['Filter', 799],
    ['Kettle', 5990],
  ],
  books: [
    ['Tea at home', 1995],
    ['The roaster', 2450],
  ],
};

export const products: readonly Product[] = Object.entries(shelves).flatMap(([category, shelf]) =>
  shelf.map(([name, price], i) => ({
    sku: `${category.slice(0, 3).toUpperCase()}-${String(i + 1).padStart(2, '0')}`,
    name,
    category,
    price,
  })),
);

export interface Place {
  readonly city: string;
  readonly country: string;
  readonly latitude: string;
  readonly longitude: string;
  /** Of its clock from UTC, in minutes. */
  readonly offset: number;
}

const place = (
  city: string,
  country: string,
  latitude: string,
  longitude: string,
  offset: number,
): Place => ({
  ...{ city, country, latitude, longitude, offset },
});

export const places: readonly Place[] = [
  place('Porto', 'PT', '41.1579', '-8.6291', 0),
  place('Lisbon', 'PT', '38.7223', '-9.1393', 0),
  place('Turin', 'IT', '45.0703', '7.6869', 60),
  place('Lyon', 'FR', '45.7640', '4.8357', 60),
  place('Kraków', 'PL', '50.0647', '19.9450', 60),
  place('Tbilisi', 'GE', '41.7151', '44.8271', 240),
  place('St. John’s', 'CA', '47.5615', '-52.7126', -210),
];

export interface Device {
  readonly type: string;
  readonly os: string;
  /** Null: an app. */
  readonly browser: string | null;
}

export const devices: readonly Device[] = [
  { type: 'phone', os: 'Android', browser: 'Firefox' },
  { type: 'phone', os: 'Android', browser: null },
  { type: 'phone', os: 'iOS', browser: 'Safari' },
  { type: 'tablet', os: 'iOS', browser: null },
  { type: 'laptop', os: 'Linux', browser: 'Firefox' },
  { type: 'laptop', os: 'macOS', browser: 'Safari' },
];

export const people =
  'Ada Alan Anita Barbara Claude Clara Dennis Donald Dorothy Edsger Frances Grace Hedy Ivan Jean John Katherine Ken Leslie Lynn'.split(
    ' ',
  );
