/** Finds words that the glossary has replaced, and phrases that no manual would use. */
import type { Tree } from './tree.ts';

/** A word or phrase, and what to say instead. A space stands for any white space, including the start of a comment line. */
type Rule = readonly [pattern: string, instead: string];

/** Looked for in text, in identifiers of every style, in settings and in names of files. */
const replaced: readonly Rule[] = [
  ['survey(?:s|ed|ing|or)?', 'scan'],
  ['asides?', 'staging'],
  ['incoming', 'staging'],
  ['trouble[sd]?', 'outage'],
  ['surroundings?', 'outage, or what is meant'],
  ['patience|(?:im)?patient(?:ly)?', 'outage timeout'],
  ['scope locks?', 'leadership'],
  ['dead ingests?', 'orphan'],
  ['bury|buries|buried|burying', 'reap'],
  ['mend(?:s|ed|ing)?', 'correct, fix'],
  ['in hand', 'in flight'],
  ['revivals?|revive[sd]?|reviving', 'recovery, resume'],
  ['anew', 'again'],
  ['claim numbers?', 'fencing token'],
  ['(?:class|new|type|interface) turns', 'keyed mutex'],
  ['(?:class|new|type|interface) room', 'shared lock'],
];

/** Looked for in text only. */
const phrases: readonly Rule[] = [
  ['ended without a word', 'died without reporting an error'],
  ['(?:on|under) (?:its|their) way (?:again|already|together|as|while|meanwhile|and)', 'in flight'],
  ['(?:is|are) on (?:its|their) way', 'is still being processed'],
  ['go(?:es)? on by (?:itself|themselves)', 'resumes by itself'],
  ['wants? (?:its|a|an) (?:token|alias|restart)', 'requires'],
  ['leads? out of', 'escapes'],
  ['learned better', 'has been fixed'],
  ['(?:definition|definitions|reason|reasons|columns|those) of now', 'current'],
  ['(?:hold|holds|held) (?:it|them|these|this|what|that) against', 'compare with'],
  ['gives? no dataset', 'does not export a dataset'],
  [
    '(?:that|which|it|what|and) (?:is|are) no (?!longer|more|such|less|better|other|different|need|one)',
    'is not',
  ],
  ['the ledger knows no', 'there is no'],
  ['the call is wrong', 'invalid usage'],
  ['may fail yet', 'may still fail'],
  ['until it is gone', 'until it ends'],
  ['not of landfall', 'not created by Landfall'],
  ['kept, not taken', 'recorded as they are written'],
];

/** Files in which the words may stand, and why. */
const exempt: readonly (readonly [RegExp, string])[] = [
  [/^ddl\/migrations\/00(?:0\d|1[0-3])-/, 'a migration is never changed'],
  [/^test\/ledger\/upgrades\//, 'ledgers of older versions'],
  [/^test\/ledger\/migrate\.test\.ts$/, 'fills a ledger of an older version'],
  [/^package-lock\.json$/, 'names of packages'],
  [/\.csv$/, 'data'],
  [/^bench\/results\//, 'results as they were measured'],
  [/^test\/(?:support\/house\/)?words(?:\.test)?\.ts$/, 'the rules themselves'],
];

/** Names that are not ours. */
const foreign = /\bIncoming(?:Message|HttpHeaders)\b/g;

const between = '(?:\\s|\\n\\s*(?:\\*|//|--|#)\\s)+';
const compiled = (rules: readonly Rule[]) =>
  rules.map(
    ([pattern, instead]) =>
      [new RegExp(`(?<![\\w'])(?:${pattern.replaceAll(' ', between)})(?!\\w)`, 'gi'), instead] as const,
  );
const words = compiled(replaced);
const sayings = compiled(
  phrases.map(([pattern, instead]) => [pattern.replace(/ \(\?!(.*)\)$/, ' (?!$1)\\w+'), instead]),
);

/** `text` with the words of identifiers apart, as long as it was but for the spaces between them. */
const apart = (text: string) =>
  text
    .replace(foreign, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/(?<=\w)[_-](?=\w)/g, ' ');

const lineOf = (text: string, index: number) => text.slice(0, index).split('\n').length;

/** A line of the changelog names a setting that was renamed: that is what the line is for. */
const namesSetting = (path: string, line: string) =>
  path === 'CHANGELOG.md' && /`(?:LANDFALL_\w+|[\w.-]+)`/.test(line);

/** Each replaced word and each odd phrase in a tree: where it is, and what to say instead. */
export function wrongWords(tree: Tree): string[] {
  return [...tree]
    .filter(([path]) => !exempt.some(([pattern]) => pattern.test(path)))
    .flatMap(([path, text]) => {
      const lines = text.split('\n');
      const found = (searched: string, rules: typeof words) =>
        rules.flatMap(([pattern, instead]) =>
          [...searched.matchAll(pattern)]
            .map(({ index, 0: word }) => ({ line: lineOf(searched, index), word }))
            .filter(({ line }) => !namesSetting(path, lines[line - 1]))
            .map(({ line, word }) => `${path}:${line}: "${word.replace(/\s+/g, ' ')}", say: ${instead}`),
        );
      const named = words.flatMap(([pattern, instead]) =>
        (apart(path).match(pattern) ?? []).map((word) => `${path}: "${word}" in the name, say: ${instead}`),
      );
      return [...named, ...found(apart(text), words), ...found(text, sayings)];
    });
}

export function staleExemptions(tree: Tree): string[] {
  return exempt
    .filter(([pattern]) => ![...tree.keys()].some((path) => pattern.test(path)))
    .map(([pattern]) => String(pattern));
}
