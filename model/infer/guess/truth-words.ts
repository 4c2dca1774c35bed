/** Columns of truth values. */
import type { ColumnValues } from './column-values.ts';
import { check, evidence, type Note, type Objection, type Proposal, shown } from './proposal.ts';

/** Words that mean true and false, lower case. The first pairs are read without being named. */
const pairs: readonly (readonly [yes: readonly string[], no: readonly string[]])[] = [
  [['true'], ['false']],
  [['yes'], ['no']],
  [['y'], ['n']],
  [['t'], ['f']],
  [['on'], ['off']],
  [['да'], ['нет']],
  [['ja'], ['nein', 'nee', 'nej', 'nei']],
  [['oui'], ['non']],
  [['vrai'], ['faux']],
  [['sí', 'si', 'sì'], ['no']],
  [['sim'], ['não', 'nao']],
  [['wahr'], ['falsch']],
  [['vero', 'verdadero', 'verdadeiro'], ['falso']],
  [['tak'], ['nie']],
  [['ano'], ['ne']],
  [['так'], ['ні']],
  [['igen'], ['nem']],
  [['evet'], ['hayır', 'hayir']],
  [['kyllä'], ['ei']],
];
const usualPairs = 6;

/** The words that are read without being named. */
const usualSides = [0, 1].map((side) => pairs.slice(0, usualPairs).flatMap((pair) => pair[side]));
const usual = new Set(usualSides.flat());

const fold = (text: string) => text.normalize('NFC').toLowerCase();

const known = new Set(pairs.flat(2));

/** Booleans: words of one pair, both of them seen. */
export function proposeBoolean(values: ColumnValues): Proposal | Objection | null {
  // There are few spellings of few words.
  const misfits = values.misfits((text) => text.length <= 9 && known.has(fold(text)));
  if (misfits === null || values.counts.size - misfits.length > 50) return null;
  const others = new Set(misfits);
  const words = new Set([...values.counts.keys()].filter((text) => !others.has(text)).map(fold));
  const pair = pairs.findIndex(([yes, no]) =>
    [...words].every((word) => yes.includes(word) || no.includes(word)),
  );
  const mixed = pair < 0 && [...words].every((word) => usual.has(word));
  if (pair < 0 && !mixed) return null;
  const sides = mixed ? usualSides : pairs[pair];
  const [yes, no] = sides.map((side) => side.filter((word) => words.has(word)));
  if (pair !== 0 && (yes.length === 0 || no.length === 0)) {
    const [text] = values.counts.keys();
    if (misfits.length > 0) return null;
    return { because: check(`kept as text: ${shown(text)} alone may be a truth value`) };
  }
  return {
    options: pair < usualPairs ? {} : { true: yes, false: no },
    misfits,
    remarks: remarksOf(pair, [...yes, ...no]),
  };
}

function remarksOf(pair: number, words: readonly string[]): Note[] {
  const text = `${words.join(' and ')} ${words.length === 1 ? 'is a truth value' : 'are truth values'}`;
  // Grades are written like this too, and states.
  const letters = words.includes('t') || words.includes('on') || pair < 0;
  return [letters ? check(text) : evidence(text)];
}
