import { readFileSync } from 'node:fs';

/** The version of Landfall, as package.json says it. */
export function packageVersion(): string {
  // From source, package.json is two folders up; from dist/platform, three.
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
    } catch {
      // It is not there. Try the other place.
    }
  }
  return '';
}
