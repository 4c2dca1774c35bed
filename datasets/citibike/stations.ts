/** Invented bike stations on a grid of streets west of a river. Ids, names and places are not real. */

export interface Station {
  readonly id: number;
  readonly name: string;
  /** Degrees, with all digits of a double. */
  readonly lat: number;
  readonly lon: number;
  /** The share of rides that begin or end here, relative to the other stations. */
  readonly weight: number;
}

const streets = ['Harbor', 'Mill', 'Orchard', 'Foundry', 'Chapel', 'Lantern', 'Quarry'];
const places = ['Light Rail', 'Park', 'Library', '& 2nd St', 'Terminal', 'Market', 'Heights'];

/** 49 stations, about 600 m apart. Those near the ferry are the busiest. */
export const stations: readonly Station[] = streets.flatMap((street, row) =>
  places.map((place, column) => {
    const index = row * places.length + column;
    // A fixed scramble of the index moves each station off the grid by up to 200 m.
    const shift = (salt: number) => ((((index + 1) * 7919 * salt) % 1009) / 1009 - 0.5) * 0.004;
    return {
      id: 9101 + index,
      name: `${street} ${place}`,
      lat: 40.7 + row * 0.0055 + shift(3),
      lon: -74.085 + column * 0.0072 + shift(5),
      weight: 1 / (1 + 0.35 * (index % 11)) + (column >= 5 ? 0.6 : 0),
    };
  }),
);

/** By id, what was different in November 2017: a new name, a place so many degrees away, or both. */
const changes: Readonly<Record<number, { name?: string; north?: number; east?: number }>> = {
  9103: { name: 'Harbor Ferry' },
  9118: { north: 0.0017, east: -0.0009 },
  9133: { name: 'Chapel Museum', north: -0.0011, east: 0.0014 },
  // The name went from one station to the other.
  9127: { name: 'Foundry Market North' },
  9134: { name: 'Foundry Market' },
};

/** The stations of a month, in the order of their ids. */
export function stationsOf([year, month]: readonly [
  year: number,
  month: number,
  ...unknown[],
]): readonly Station[] {
  if (year * 12 + month < 2017 * 12 + 11) return stations;
  return stations.map((station) => {
    const { name = station.name, north = 0, east = 0 } = changes[station.id] ?? {};
    return { ...station, name, lat: station.lat + north, lon: station.lon + east };
  });
}

/** Kilometres between two stations, approximated for the size of a city. */
export function stationDistance(from: Station, to: Station): number {
  const north = (from.lat - to.lat) * 111.2;
  const east = (from.lon - to.lon) * 111.2 * Math.cos((from.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}
