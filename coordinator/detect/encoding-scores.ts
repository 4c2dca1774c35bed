/**
 * How likely a text is when it is read in one encoding: the mean score of its characters beyond ASCII, from -1
 * (nobody writes this) to 1. Neighbours show a wrong reading: Cyrillic letters within Latin words, capitals
 * after small letters, accented letters in sequence, lines of boxes. (chardet 2 takes short columns of names for
 * Baltic, Greek or windows-1250 as often as for what they are.)
 */
import type { Encoding } from '../../kernel/dialect/encodings.ts';

type Scorer = (character: string, before: string, after: string) => number;

/** The encodings that are told apart. latin-1 is read as windows-1252. */
export const judged: readonly Encoding[] = ['windows-1252', 'windows-1251', 'koi8-r', 'shift_jis'];

export function scoreOf(text: string, encoding: Encoding): number {
  const score = scorers[encoding];
  if (score === undefined) return -1;
  let sum = 0;
  let count = 0;
  let before = '';
  const characters = [...text];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i];
    if (character > '\u007f') {
      sum += score(character, before, characters[i + 1] ?? '');
      count++;
    }
    before = character;
  }
  return count === 0 ? 0 : sum / count;
}

const isAsciiLetter = (character: string) => /^[A-Za-z]$/.test(character);
const isLetter = (character: string) => /^\p{L}$/u.test(character);

/** Accented letters are surrounded by plain ones; two in sequence are rare. */
const latin: Scorer = (character, before, after) => {
  const within = isAsciiLetter(before) && isAsciiLetter(after);
  if (isLetter(character)) {
    const accents = [before, after].filter((near) => near > '\u007f' && isLetter(near)).length;
    if (accents > 0) return accents === 2 ? -1 : -0.3;
    return isAsciiLetter(before) || isAsciiLetter(after) ? 1 : 0.4;
  }
  if (character === '’') return 1;
  return !within && '€£«»“”„‘’‚°–—…§©®™²½ºª¿¡·×'.includes(character) ? 0.5 : -0.6;
};

/** Occurrences in a hundred letters of Russian. A capital counts as its small letter. */
const frequencies: Readonly<Record<string, number>> = {
  ...{ о: 11, е: 8.5, а: 8, и: 7.4, н: 6.7, т: 6.3, с: 5.5, р: 4.7, в: 4.5, л: 4.4, к: 3.5, м: 3.2 },
  ...{ д: 3, п: 2.8, у: 2.6, я: 2, ы: 1.9, ь: 1.7, г: 1.7, з: 1.6, б: 1.6, ч: 1.4, й: 1.2, х: 1 },
  ...{ ж: 0.9, ш: 0.7, ю: 0.6, ц: 0.5, щ: 0.4, э: 0.3, ф: 0.3, ъ: 0.1, ё: 0.3, і: 0.5, ї: 0.2, є: 0.2 },
};

const cyrillic: Scorer = (character, before, after) => {
  const small = character.toLowerCase();
  if (frequencies[small] === undefined) {
    if (isLetter(character) || /[\u2500-\u259f]/.test(character)) return -1;
    return '№«»—–„“”…€°’'.includes(character) ? 0.3 : -0.6;
  }
  if (isAsciiLetter(before) || isAsciiLetter(after)) return -1;
  const capitalWithin =
    character !== small && before > '\u007f' && isLetter(before) && before === before.toLowerCase();
  return capitalWithin ? -1 : Math.min(1, 0.2 + frequencies[small] / 8);
};

/** The kanji of daily use (JIS level 1): those with the lead bytes 0x88 to 0x97. */
let dailyKanji: Set<string> | null = null;

function isDaily(character: string): boolean {
  if (dailyKanji === null) {
    const bytes: number[] = [];
    for (let lead = 0x88; lead <= 0x97; lead++)
      for (let trail = lead === 0x88 ? 0x9f : 0x40; trail <= 0xfc; trail++)
        if (trail !== 0x7f) bytes.push(lead, trail);
    dailyKanji = new Set(new TextDecoder('shift_jis').decode(Uint8Array.from(bytes)));
  }
  return dailyKanji.has(character);
}

const japanese: Scorer = (character, before, after) => {
  if (isAsciiLetter(before) && isAsciiLetter(after)) return -1;
  if (/[\u3040-\u30ff]/.test(character)) return 1;
  if (/[\u3000-\u303f\uff01-\uff60]/.test(character)) return 0.5;
  if (/[\uff61-\uff9f]/.test(character)) return /[\uff61-\uff9f]/.test(before + after) ? 0.4 : -0.2;
  if (/[\u4e00-\u9fff]/.test(character)) return isDaily(character) ? 0.8 : -0.3;
  return -0.6;
};

const scorers: Partial<Record<Encoding, Scorer>> = {
  'windows-1252': latin,
  'windows-1251': cyrillic,
  'koi8-r': cyrillic,
  shift_jis: japanese,
};
