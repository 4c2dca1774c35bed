/** All generators, behind one interface. */
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { generateCheckins } from './checkins/generate.ts';
import { generateCitibike } from './citibike/generate.ts';
import { generateTrips } from './trips/generate.ts';

export interface GenerateOptions {
  readonly rows: number;
  /** Any finite number. Default: 1. */
  readonly seed?: number;
}

/** Returns CSV in buffers of about 1 MiB, each with whole rows. The same options give the same bytes. */
export type Generate = (options: GenerateOptions) => Iterable<Buffer>;

/** By dataset. If one has several dialects, `dataset:dialect` names the others. */
export const generators: Readonly<Record<string, Generate>> = {
  trips: generateTrips,
  citibike: generateCitibike,
  'citibike:title': (options) => generateCitibike({ ...options, variant: 'title' }),
  'citibike:quoted': (options) => generateCitibike({ ...options, variant: 'quoted' }),
  'citibike:crlf': (options) => generateCitibike({ ...options, variant: 'crlf' }),
  checkins: generateCheckins,
};

/** How many rows the demo of an example has by default. */
export const demoRows: Readonly<Record<string, number>> = {
  trips: 1_000_000,
  citibike: 1_000_000,
  checkins: 20_000,
};

/**
 * Writes buffers to `path` and returns the number of bytes. They are written to `path`.part, which is renamed
 * when it is complete, so a landing folder never shows half a file.
 */
export async function writeGenerated(path: string, buffers: Iterable<Buffer>): Promise<number> {
  const staged = `${path}.part`;
  try {
    await writeFile(staged, buffers);
    const { size } = await stat(staged);
    await rename(staged, path);
    return size;
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}
