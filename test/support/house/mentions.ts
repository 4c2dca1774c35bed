/** Files that comments and documents name. */
import { isModule, type Tree } from './tree.ts';

/** Files that Landfall's users write, and examples of such files. `NAME` in a path stands for any name. */
const ofUsers = new Set([
  'landfall.config.ts',
  'datasets/orders/dataset.ts',
  'datasets/sales/dataset.ts',
  'orders/dataset.ts',
  'orders.ts',
  'marts/rides.sql',
]);

/** The changelog names files as they were. */
const historical = new Set(['CHANGELOG.md']);

/** A file's name or path, beside neither a placeholder nor a pattern such as `*.ts` or `0042-….md`. */
const mention =
  /(?<![\w$.*…<>{}/-])(?:\.{1,2}\/)*((?:[\w.-]+\/)*\w[\w.-]*\.(?:ts|tsx|mjs|sql|md))\b(?![\w*{])/g;

/** The text with blanks for everything but the kept pieces, so that lines keep their numbers. */
function only(text: string, pieces: RegExp, isKept: (piece: string) => boolean): string {
  let prose = '';
  let last = 0;
  for (const match of text.matchAll(pieces)) {
    const end = match.index + match[0].length;
    prose += text.slice(last, match.index).replace(/[^\n]/g, ' ');
    prose += isKept(match[0]) ? match[0] : match[0].replace(/[^\n]/g, ' ');
    last = end;
  }
  return prose;
}

/** Strings, which may contain what looks like a comment, and comments. */
const modulePieces = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const isComment = (piece: string) => piece.startsWith('/');

/** What a file says in prose: a page without its fenced code, or the comments of a module or statement. */
function proseOf(path: string, text: string): string {
  if (path.endsWith('.md')) return text.replace(/```[\s\S]*?```/g, (code) => code.replace(/[^\n]/g, ' '));
  if (path.endsWith('.sql')) return only(text, /--[^\n]*/g, () => true);
  return isModule(path) ? only(text, modulePieces, isComment) : '';
}

/** Mentions of files that do not exist, as `path:line names file`. A path may begin in any folder. */
export function staleMentions(tree: Tree): string[] {
  const ends = new Set<string>();
  for (const path of tree.keys()) {
    const parts = path.split('/');
    for (let i = 0; i < parts.length; i++) ends.add(parts.slice(i).join('/'));
  }
  return [...tree].flatMap(([path, text]) =>
    historical.has(path)
      ? []
      : proseOf(path, text)
          .replace(/https?:\/\/\S+/g, '')
          .split('\n')
          .flatMap((line, i) =>
            [...line.matchAll(mention)]
              .map(([, name]) => name)
              .filter((name) => !ends.has(name) && !ofUsers.has(name) && !/\bNAME\b/.test(name))
              .map((name) => `${path}:${i + 1} names ${name}`),
          ),
  );
}
