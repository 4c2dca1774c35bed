/** The repository as its tests see it: each tracked file's path, and the text of those that are read. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Text of each file, by its path from the root. The tests' broken examples are such trees too. */
export type Tree = ReadonlyMap<string, string>;

const textual = /\.(?:ts|tsx|mjs|js|sql|md|css|html|json|yml|yaml|svg)$|(?:^|\/)(?:Dockerfile|run)$/;

/** The tracked files of the repository, and those that are new and not ignored. Files of data have no text here. */
export function readTree(): Tree {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const paths = [...new Set(listed.split('\n'))].filter((path) => path && existsSync(join(root, path)));
  return new Map(
    paths.map((path) => [path, textual.test(path) ? readFileSync(join(root, path), 'utf8') : '']),
  );
}

/** The room that a file lies in: its first folder, or '' for a file at the root. */
export const roomOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '');

export const isModule = (path: string): boolean => /\.(?:ts|tsx|mjs|js)$/.test(path);

/** `text` without comments; strings that contain something like a comment stay whole where they are on one line. */
export function withoutComments(text: string): string {
  return text.replace(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_, literal?: string) => literal ?? ' ',
  );
}

const importing = [
  // import … from, import type … from, export … from, export type … from
  /(?:^|[;}\n])\s*(?:import|export)\b[^'"`;()]*?\bfrom\s*['"](\.[^'"]+)['"]/g,
  // import '…'
  /(?:^|[;}\n])\s*import\s*['"](\.[^'"]+)['"]/g,
  // import('…'), as a value or as a type
  /\bimport\(\s*['"](\.[^'"]+)['"]/g,
];

/** Files that `path` imports in any way, types and `import()` included, as they are named in the import. */
export function importsOf(path: string, text: string): string[] {
  // What a test quotes in a template is no import of its own.
  const code = withoutComments(text).replace(/`(?:\\.|[^`\\])*`/g, '``');
  return importing.flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, target]) => posix.normalize(posix.join(posix.dirname(path), target))),
  );
}
