/** A process that reads a CSV file with Polars and writes one Parquet file. */
import { answer, receiveTask } from '../processes/children.ts';

/** The part of nodejs-polars that is used here. The package is not a dependency. */
interface Polars {
  readCSV(
    path: string,
    options: object,
  ): { height: number; writeParquet(path: string, options: object): unknown };
}

const { path, out } = await receiveTask<{ path: string; out: string }>();
const name = 'nodejs-polars';
const { default: polars } = (await import(name)) as { default: Polars };
const frame = polars.readCSV(path, { hasHeader: true });
frame.writeParquet(out, { compression: 'snappy' });
await answer({ rows: frame.height });
