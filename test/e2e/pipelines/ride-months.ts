/** Months of bike rides between a few stations that are renamed and moved from month to month. */
import { writeFileSync } from 'node:fs';
import { citibikeDialects } from '../../../datasets/citibike/dialects.ts';
import { type Random, randomFrom } from '../../support/random.ts';

interface Place {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
}

const names = ['Harbor', 'Mill', 'Orchard', 'Foundry', 'Chapel', 'Lantern', 'Quarry', 'Harbor'];

export class RideMonths {
  /** Of each month, what each station is then. */
  private readonly places: Place[][] = [];
  private readonly random: Random;

  constructor(months: number, seed: number) {
    this.random = randomFrom(seed);
    const { below } = this.random;
    let now = names.map((name, i) => ({ name, latitude: 40.7 + i / 100, longitude: -74.05 + i / 200 }));
    for (let month = 0; month < months; month++) {
      // A station in ten has another name, which one had before or has now, and one in ten has moved.
      now = now.map((place) => ({
        ...place,
        ...(below(10) === 0 && { name: names[below(names.length)] }),
        ...(below(10) === 0 && { latitude: Math.round((40.7 + below(100) / 1000) * 1e3) / 1e3 }),
      }));
      this.places.push(now);
    }
  }

  /** Writes rides that begin in a month, counted from January 2015. Some end in the next. */
  write(path: string, month: number, rides: number): void {
    const { header } = citibikeDialects.quoted;
    const places = this.places[month];
    const text = (instant: number) => `"${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')}"`;
    const [first, next] = [Date.UTC(2015, month, 1), Date.UTC(2015, month + 1, 1)];
    const { below } = this.random;
    const lines = Array.from({ length: rides }, (_, ride) => {
      const seconds = 60 + below(4000);
      // The last one begins a minute before the month ends.
      const start = ride === rides - 1 ? next - 60_000 : first + below((next - first) / 1000) * 1000;
      const station = () => {
        const id = below(places.length);
        const { name, latitude, longitude } = places[id];
        return `${3000 + id},"${name}",${latitude},${longitude}`;
      };
      const rider = ride % 9 === 0 ? '"Customer",NULL,0' : '"Subscriber",1985,1';
      return `${seconds},${text(start)},${text(start + seconds * 1000)},${station()},${station()},${14_000 + below(20)},${rider}`;
    });
    writeFileSync(path, `${header.map((name) => `"${name}"`).join(',')}\n${lines.join('\n')}\n`);
  }
}
