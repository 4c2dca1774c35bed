import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** ./datasets, whether or not it is there yet; in the repository of Landfall itself the datasets that ship with it. */
export function defaultDatasets(cwd: string): string[] {
  const folder = join(cwd, 'datasets');
  const own = [
    new URL('../../datasets/index.ts', import.meta.url),
    new URL('../../../datasets/index.ts', import.meta.url),
  ];
  const isOwn = own.some((url) => fileURLToPath(url) === join(folder, 'index.ts'));
  return isOwn ? ['example:*'] : [folder];
}
