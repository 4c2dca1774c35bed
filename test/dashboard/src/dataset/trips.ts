/** Trips of several months, as a file of the dataset that ships with Landfall. */

export const header = 'region,origin_coord,destination_coord,datetime,datasource\n';
const regions = ['Prague', 'Turin', 'Hamburg'];
const dayMs = 86_400_000;

/** `days` × 3 trips, those of a region on a day each. */
export function tripsCsv(days: number): string {
  let text = header;
  for (let day = 0; day < days; day++) {
    const date = new Date(Date.UTC(2018, 4, 1) + day * dayMs).toISOString().slice(0, 10);
    for (const [i, region] of regions.entries())
      if ((day + i) % (i + 1) === 0)
        text += `${region},POINT (14.4${i} 50.0${day % 10}),POINT (14.5 50.1),${date} 10:${10 + i}:00,app ${i}\n`;
  }
  return text;
}
