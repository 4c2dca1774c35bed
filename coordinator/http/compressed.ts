/** The compressed copies of the page's scripts and styles, which the build makes and the package leaves out. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Writes a copy beside each file that has none. Where the folder may not be written to, files are sent as they are. */
export function compressAssets(folder: string): void {
  const names = readdirSync(folder);
  for (const name of names.filter((one) => /\.(?:js|css|svg)$/.test(one) && !names.includes(`${one}.gz`))) {
    const packed = gzipSync(readFileSync(join(folder, name)), { level: 9 });
    try {
      writeFileSync(join(folder, `${name}.gz`), packed, { flag: 'wx' });
    } catch {
      // Another process has written it, or nobody may.
    }
  }
}
