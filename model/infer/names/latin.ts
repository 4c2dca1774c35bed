/** Texts in Latin letters without accents. Cyrillic and Greek are transliterated; letters of other scripts are lost. */

/** Letters that do not come apart into a Latin letter and an accent. */
const letters: Readonly<Record<string, string>> = {
  ...{
    ß: 'ss',
    æ: 'ae',
    œ: 'oe',
    ø: 'o',
    ł: 'l',
    đ: 'd',
    ð: 'd',
    þ: 'th',
    ı: 'i',
    ŋ: 'n',
    ħ: 'h',
    ŧ: 't',
    ə: 'e',
  },
  // Russian, then what Ukrainian, Belarusian, Serbian, Macedonian and Kazakh have besides.
  ...{
    а: 'a',
    б: 'b',
    в: 'v',
    г: 'g',
    д: 'd',
    е: 'e',
    ё: 'e',
    ж: 'zh',
    з: 'z',
    и: 'i',
    й: 'y',
    к: 'k',
    л: 'l',
  },
  ...{ м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'ts', ч: 'ch' },
  ...{ ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya' },
  ...{
    є: 'ye',
    і: 'i',
    ї: 'yi',
    ґ: 'g',
    ў: 'u',
    ђ: 'dj',
    ј: 'j',
    љ: 'lj',
    њ: 'nj',
    ћ: 'c',
    џ: 'dz',
    ѕ: 'dz',
  },
  ...{ ѓ: 'gj', ќ: 'kj', ә: 'a', ғ: 'g', қ: 'k', ң: 'n', ө: 'o', ұ: 'u', ү: 'u', һ: 'h' },
  ...{
    α: 'a',
    β: 'v',
    γ: 'g',
    δ: 'd',
    ε: 'e',
    ζ: 'z',
    η: 'i',
    θ: 'th',
    ι: 'i',
    κ: 'k',
    λ: 'l',
    μ: 'm',
    ν: 'n',
  },
  ...{ ξ: 'x', ο: 'o', π: 'p', ρ: 'r', σ: 's', ς: 's', τ: 't', υ: 'y', φ: 'f', χ: 'ch', ψ: 'ps', ω: 'o' },
};

/** Names of Greek letters that stand alone, as in formulas. */
const greekNames: Readonly<Record<string, string>> = {
  ...{ α: 'alpha', β: 'beta', γ: 'gamma', δ: 'delta', ε: 'epsilon', ζ: 'zeta', η: 'eta', θ: 'theta' },
  ...{ ι: 'iota', κ: 'kappa', λ: 'lambda', μ: 'mu', ν: 'nu', ξ: 'xi', π: 'pi', ρ: 'rho', σ: 'sigma' },
  ...{ τ: 'tau', υ: 'upsilon', φ: 'phi', χ: 'chi', ψ: 'psi', ω: 'omega' },
};

/** The text in ASCII, with a space for each character that has no counterpart. Upper case stays upper case. */
export function latin(text: string): string {
  const spelled = nameGreekSymbols(text.normalize('NFC')).replace(/ου/gi, 'ou');
  const characters = [...spelled];
  return characters
    .map((character, i) => {
      if (character <= '\u007f') return character;
      return (
        mapped(character, isUpper(characters[i - 1]) || isUpper(characters[i + 1])) ?? unaccented(character)
      );
    })
    .join('');
}

/** A single Greek letter among Latin ones is a symbol; in a Greek text it is a word. */
function nameGreekSymbols(text: string): string {
  if (/\p{Script=Greek}\p{M}*\p{Script=Greek}/u.test(text)) return text;
  return text.replace(/\p{Script=Greek}/gu, (letter) => {
    const name = greekNames[letter.toLowerCase()];
    return name === undefined ? letter : ` ${name} `;
  });
}

function mapped(character: string, amongCapitals: boolean): string | undefined {
  const lower = character.toLowerCase();
  const letter = letters[lower] ?? letters[lower.normalize('NFD')[0]];
  if (letter === undefined || lower === character) return letter;
  return amongCapitals ? letter.toUpperCase() : letter.charAt(0).toUpperCase() + letter.slice(1);
}

/** What is ASCII of a character's compatible decomposition, without accents; a space for the rest. */
function unaccented(character: string): string {
  const parts = [...character.normalize('NFKD')].filter((part) => !/\p{M}/u.test(part));
  return parts.map((part) => (part <= '\u007f' ? part : ' ')).join('');
}

function isUpper(character: string | undefined): boolean {
  return character !== undefined && /\p{Lu}/u.test(character);
}
