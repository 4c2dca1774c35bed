/** The repository as tests see it: the path of each tracked file, and the text of those that are text. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The text of each file by its path from the root. The broken examples in tests are also such trees. */
export type Tree = ReadonlyMap<string, string>;

const textual = /\.(?:ts|tsx|mjs|js|sql|md|css|html|json|yml|yaml|svg|tf|hcl)$|(?:^|\/)(?:Dockerfile|run)$/;

/** The tracked files of the repository, and new files that are not ignored. Data files have no text here. */
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

/** The room that a file belongs to: its first folder, or '' for a file at the root. */
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

/** The files that `path` imports in any way, including types and `import()`, as written in the import. */
export function importsOf(path: string, text: string): string[] {
  // An import that a test quotes in a template does not count.
  const code = withoutComments(text).replace(/`(?:\\.|[^`\\])*`/g, '``');
  return importing.flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, target]) => posix.normalize(posix.join(posix.dirname(path), target))),
  );
}
