import type { FileLink } from './progress.ts';

/** How a file is related to another, to be shown before the name of the other. */
export const linkWords: Readonly<Record<FileLink['kind'], string>> = {
  corrects: 'corrects rejects of',
  replays: 'replays rejects of',
  reloads: 'loads again',
  replaces: 'replaces',
  follows: 'is another version of',
};
