/** What is generated: the options, and how it comes into a file. */
import { rename, rm, stat, writeFile } from 'node:fs/promises';

export interface GenerateOptions {
  readonly rows: number;
  /** Any finite number. Default: 1. */
  readonly seed?: number;
}

/** A file of an example that has several. */
export interface GeneratedFile {
  /** Relative to the folder that is generated. */
  readonly path: string;
  readonly buffers: Iterable<Buffer>;
}

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
