/** Decides in which order day and month stand, by what the values show. */
import { check, evidence, type Note, shown } from '../proposal.ts';
import type { Layout } from './shape-layout.ts';
import type { Order, PlaceFacts, Structure } from './structures.ts';

export interface FoundOrder {
  readonly order: Order;
  readonly notes: readonly Note[];
  /** Days stand first; undefined if no value tells. */
  readonly dayFirst: boolean | undefined;
}

type Chosen = 'dayFirst' | 'monthFirst' | 'yearFirst';

/**
 * The order of each structure that has places. One that is not decided by its own values follows the others of the
 * column, then `hint`, then what its separator usually means.
 */
export function ordersOf(
  structures: readonly Structure[],
  hint: boolean | undefined,
): ReadonlyMap<Structure, FoundOrder> {
  const placed = structures.filter(({ places }) => places !== null);
  const decided = new Map(placed.map((structure) => [structure, decide(structure)]));
  const sure = [...decided.values()].find((one) => one !== null)?.chosen;
  return new Map(
    placed.map((structure) => {
      const own = decided.get(structure);
      const found = own ?? assume(structure, sure, hint);
      const { chosen, note } = found;
      const order = orders[chosen];
      const dayFirst = own && chosen !== 'yearFirst' ? chosen === 'dayFirst' : undefined;
      return [structure, { order: isShort(structure) ? order : order.slice(0, 2), notes: [note], dayFirst }];
    }),
  );
}

const orders: Readonly<Record<Chosen, Order>> = {
  dayFirst: ['day', 'month', 'shortYear'],
  monthFirst: ['month', 'day', 'shortYear'],
  yearFirst: ['shortYear', 'month', 'day'],
};

/** The year is at one of the places, with two digits. */
const isShort = ({ layouts }: Structure) => layouts[0].has.has('z');

interface Decision {
  readonly chosen: Chosen;
  readonly note: Note;
}

function decide(structure: Structure): Decision | null {
  const { x, y, z } = structure.places!;
  if (isShort(structure) && isYearFirst(structure, x, y, z)) {
    return { chosen: 'yearFirst', note: check(`the year stands first: ${shown(structure.texts[0])}`) };
  }
  if (x.beyondMonth === y.beyondMonth) return null;
  // Where some values contradict the others, the more frequent order is taken, and the others do not fit.
  const dayFirst = x.beyondMonth > y.beyondMonth;
  const example = dayFirst ? x.example : y.example;
  const first = dayFirst ? 'the day stands before the month' : 'the month stands before the day';
  return { chosen: dayFirst ? 'dayFirst' : 'monthFirst', note: evidence(`${first}: ${shown(example)}`) };
}

/** Years of two digits stand first if the number there is no day, or if it varies less than the last one. */
function isYearFirst({ texts, layouts }: Structure, x: PlaceFacts, y: PlaceFacts, z: PlaceFacts): boolean {
  const isOneDigit = ({ parts }: Layout) =>
    parts.some((part) => part.kind === 'field' && part.name === 'x' && part.digits === 1);
  if (layouts.some(isOneDigit)) return false;
  if (x.most > 31) return true;
  if (z.most > 31 || y.most > 12) return false;
  return /\d-\d/.test(texts[0]) && x.most - x.least < z.most - z.least && z.beyondMonth > 0;
}

function assume(structure: Structure, sure: Chosen | undefined, hint: boolean | undefined): Decision {
  const text = structure.texts[0];
  const follow = sure !== undefined && sure !== 'yearFirst' ? sure === 'dayFirst' : hint;
  const dayFirst = follow ?? !/\d\/\d/.test(text);
  const first = dayFirst ? 'the day' : 'the month';
  const dotted = /\d\.\d/.test(text);
  const why =
    sure !== undefined
      ? 'as in other values'
      : hint !== undefined
        ? 'as in other columns of the file'
        : dotted && dayFirst
          ? 'as usual with points'
          : 'no value tells';
  const remark = `${first} is taken to stand first in ${shown(text)}: ${why}`;
  const plain = why === 'as usual with points' || why === 'as in other values';
  return { chosen: dayFirst ? 'dayFirst' : 'monthFirst', note: plain ? evidence(remark) : check(remark) };
}
