/** Names of datasets: they name folders, and the tables of the star are named after them. */
import { basename } from 'node:path';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { headerWords } from './header-words.ts';

/**
 * Most characters of a dataset's name. `dim_NAME_x` and its key, `NAME_x_key`, have at most 63 bytes in PostgreSQL,
 * so 18 are left for x.
 */
export const datasetNameLength = 40;

/** Endings of files that say how they are stored, and dates and numbers that say which of many files one is. */
const endings = /(\.(csv|tsv|tab|json|ndjson|jsonl|psv|txt|dat|data|asc|gz|gzip|zip|zst|zstd|bz2|xz))+$/i;

/** The dataset that a file's name speaks of: `orders-2024-01.csv.gz` → orders. */
export function datasetNameOf(path: string): string {
  const words = headerWords(basename(path.replaceAll('\\', '/')).replace(endings, ''));
  while (words.length > 1 && /^\d+$/.test(words.at(-1)!)) words.pop();
  while (words.length > 1 && /^\d+$/.test(words[0])) words.shift();
  return nameOf(words) || 'dataset';
}

/** The name itself. Throws LF_INIT_NAME, with a name that would do, if it cannot name folders and tables. */
export function checkDatasetName(name: string): string {
  if (/^[a-z0-9][a-z0-9_-]*$/.test(name) && name.length <= datasetNameLength) return name;
  const proposal = nameOf(headerWords(name)) || 'dataset';
  throw new LandfallError('LF_INIT_NAME', { name: JSON.stringify(name), most: datasetNameLength, proposal });
}

function nameOf(words: readonly string[]): string {
  let name = '';
  for (const word of /^\d/.test(words[0] ?? '') ? ['data', ...words] : words) {
    const longer = name === '' ? word.slice(0, datasetNameLength) : `${name}_${word}`;
    if (longer.length > datasetNameLength) break;
    name = longer;
  }
  return name;
}
