// Copies the declarations that a program sees who imports the package to dist/types/: those of each entry, and all that
// they name. The package has these, and no others.
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Modules that programs import, as package.json says under `exports`. */
const entries = ['model/index.d.ts', 'cli/client/index.d.ts'];

/** Copies from the folder that the compiler has written. Paths below it stay. */
export function copyTypes(dist) {
  const types = join(dist, 'types');
  rmSync(types, { recursive: true, force: true });
  const copied = new Set();
  const copy = (path) => {
    if (copied.has(path)) return;
    copied.add(path);
    const text = readFileSync(join(dist, path), 'utf8');
    mkdirSync(dirname(join(types, path)), { recursive: true });
    cpSync(join(dist, path), join(types, path));
    for (const [, named] of text.matchAll(/(?:\bfrom|\bimport\()\s*'(\.[^']+)'/g))
      copy(join(dirname(path), named.replace(/\.ts$/, '.d.ts')));
  };
  for (const entry of entries) copy(entry);
}
