/** The cities of the synthetic trips: their centres, and the places where people live, work and go out. */

export interface City {
  readonly name: string;
  /** The share of trips, relative to the other cities. */
  readonly weight: number;
  /** Degrees. No city lies near 0° or beyond 99°. */
  readonly lon: number;
  readonly lat: number;
}

export const cities: readonly City[] = [
  { name: 'Prague', weight: 20, lon: 14.4378, lat: 50.0755 },
  { name: 'Turin', weight: 18, lon: 7.6869, lat: 45.0703 },
  { name: 'Hamburg', weight: 17, lon: 9.9937, lat: 53.5511 },
  { name: 'Lisbon', weight: 12, lon: -9.1393, lat: 38.7223 },
  { name: 'Lyon', weight: 10, lon: 4.8357, lat: 45.764 },
  { name: 'Kraków', weight: 9, lon: 19.945, lat: 50.0647 },
  { name: 'Vienna', weight: 8, lon: 16.3738, lat: 48.2082 },
  { name: 'Montevideo', weight: 6, lon: -56.1645, lat: -34.9011 },
];

/** The apps that report trips. */
export const datasources = [
  'funny_car',
  'baba_car',
  'cheap_mobile',
  'bad_diesel_vehicles',
  'pt_search_app',
] as const;

/** A place where trips begin or end: its offset from the centre of the city, and its spread. */
export interface Cluster {
  /** Degrees from the centre. */
  readonly lon: number;
  readonly lat: number;
  /** Standard deviation, in degrees. */
  readonly spread: number;
  /** The shares of people who live, work and go out here. */
  readonly home: number;
  readonly work: number;
  readonly leisure: number;
}

/** The twelve places of a city. They are the same in every city, rotated by `turn` (radians). */
export function clustersOf(turn: number): Cluster[] {
  const place = (
    angle: number,
    distance: number,
    spread: number,
    home: number,
    work: number,
    leisure: number,
  ): Cluster => ({
    lon: Math.cos(angle + turn) * distance * 1.4,
    lat: Math.sin(angle + turn) * distance,
    spread,
    home,
    work,
    leisure,
  });
  return [
    place(0, 0, 0.006, 4, 30, 30),
    place(0.3, 0.02, 0.004, 2, 22, 6),
    place(2.4, 0.03, 0.005, 3, 14, 3),
    place(4.4, 0.025, 0.004, 5, 6, 24),
    place(0.9, 0.06, 0.011, 18, 2, 3),
    place(1.9, 0.055, 0.012, 16, 3, 4),
    place(2.9, 0.07, 0.014, 15, 2, 2),
    place(3.8, 0.065, 0.011, 14, 4, 5),
    place(5.0, 0.06, 0.012, 13, 3, 4),
    place(5.8, 0.075, 0.015, 10, 2, 3),
    place(1.4, 0.12, 0.006, 1, 9, 6),
    place(3.3, 0.05, 0.05, 6, 5, 8),
  ];
}
