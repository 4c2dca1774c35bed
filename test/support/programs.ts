/** Programs of the machine that some tests need. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The path of a program, looked for on the PATH and in `folders`. Null where there is none: its tests are skipped, which
 * is said once, or fail with LANDFALL_TEST_STRICT=1.
 */
export function programOf(name: string, folders: readonly string[] = []): string | null {
  const path = [...(process.env.PATH ?? '').split(delimiter), ...folders]
    .map((folder) => join(folder, name))
    .find(existsSync);
  if (path !== undefined) return path;
  const lack = `no ${name} on the PATH`;
  if (process.env.LANDFALL_TEST_STRICT === '1') throw new Error(`Tests with ${name} cannot run: ${lack}`);
  console.error(`\nSKIPPING every test with ${name}: ${lack}\n`);
  return null;
}
