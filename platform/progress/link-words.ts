import type { FileLink } from './progress.ts';

/** How a file comes from another, before that one's name. */
export const linkWords: Readonly<Record<FileLink['kind'], string>> = {
  corrects: 'corrects rejects of',
  replays: 'replays rejects of',
  reloads: 'loads again',
  replaces: 'replaces the version before,',
  follows: 'is another version of',
};
