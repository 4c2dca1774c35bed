/** Lengths of time. */
import type { ColumnValues } from '../column-values.ts';
import { check, type Objection, type Proposal, shown } from '../proposal.ts';
import { hoursOrMinutes, saysDuration } from './propose-times.ts';

/** Hours and minutes, or minutes and seconds. */
const twoParts = /^[-+]?(\d+):\d\d$/;

/** `isInterval`: the type reads the text. */
export function proposeInterval(
  values: ColumnValues,
  isInterval: (text: string) => boolean,
): Proposal | Objection | null {
  const misfits = values.misfits(isInterval);
  if (misfits === null) return null;
  const { shapes, header } = values;
  const short = shapes.filter(({ shape }) => /^[-+]?9+:99$/.test(shape));
  const clocks = shapes.filter(({ shape }) => /^[-+]?9+:99:99/.test(shape));
  const remarks = [check('a length of time; a time of day is time()')];
  if (short.length > 0) {
    const texts = short.flatMap((group) => group.texts);
    const late = texts.find((text) => Number(twoParts.exec(text)![1]) > 23);
    const bare = texts.find((text) => /^[-+]?\d:/.test(text));
    const odd = late ?? (clocks.length > 0 || saysDuration(header) ? bare : undefined);
    if (odd !== undefined) return { because: hoursOrMinutes(odd) };
    remarks.push(check(`${shown(texts[0])} is read as hours and minutes`));
  }
  return { options: {}, misfits, remarks };
}
