/** Decides which marks separate the fractions and the thousands of a column's numbers. */
import { check, evidence, type Note, shown } from '../proposal.ts';
import { type Digits, digitsOf, type Marks, type NumberShape, separatorOf } from './number-shapes.ts';

export interface FoundMarks {
  readonly marks: Marks;
  readonly fitting: readonly (NumberShape & { readonly digits: Digits })[];
  readonly misfits: readonly NumberShape[];
  readonly notes: readonly Note[];
  /** The decimal mark, if the values leave no doubt. */
  readonly shows: Marks['decimal'] | null;
}

type Fitting = FoundMarks['fitting'][number];

/** The marks that most rows fit. Plain numbers come before others; where 1,234 may be either, `hint` decides. */
export function findMarks(shapes: readonly NumberShape[], hint: Marks['decimal'] | undefined): FoundMarks {
  const found = candidates(shapes).map((marks) => fitTo(marks, shapes));
  const most = Math.max(...found.map(({ rows }) => rows));
  const best = found.filter(({ rows }) => rows === most);
  const chosen = best.length > 1 ? choose(best, hint) : { ...best[0], notes: [], certain: true };
  const { marks, fitting, misfits } = chosen;
  const fractions = fitting.some(({ digits }) => digits.fraction > 0);
  const grouped = fitting.find(({ digits }) => digits.grouped);
  const notes = [...chosen.notes];
  if (grouped !== undefined && notes.length === 0) {
    notes.push(evidence(`'${marks.thousands}' separates thousands: ${shown(grouped.group.texts[0])}`));
  }
  const shows = chosen.certain && (fractions || marks.thousands === ',' || marks.thousands === '.');
  return {
    // What no value needs is not said.
    marks: {
      decimal: fractions || grouped === undefined ? marks.decimal : otherThan(marks),
      thousands: grouped === undefined ? null : marks.thousands,
    },
    fitting,
    misfits,
    notes,
    shows: shows ? marks.decimal : null,
  };
}

/** The decimal mark of numbers whose thousands are separated and that have no fraction. */
function otherThan({ thousands, decimal }: Marks): Marks['decimal'] {
  return thousands === '.' ? ',' : thousands === ',' ? '.' : decimal;
}

/** Marks that the shapes have, the plainest first. */
function candidates(shapes: readonly NumberShape[]): readonly Marks[] {
  const present = new Set<NonNullable<Marks['thousands']>>();
  for (const { body } of shapes) {
    for (const character of body) {
      const mark = separatorOf[character];
      if (mark) present.add(mark);
    }
  }
  const marks: Marks[] = [];
  for (const decimal of ['.', ','] as const) {
    if (decimal === '.' || present.has(',') || present.has('.')) marks.push({ decimal, thousands: null });
    for (const thousands of present) if (thousands !== decimal) marks.push({ decimal, thousands });
  }
  return marks;
}

interface Fit {
  readonly marks: Marks;
  readonly fitting: readonly Fitting[];
  readonly misfits: readonly NumberShape[];
  readonly rows: number;
}

function fitTo(marks: Marks, shapes: readonly NumberShape[]): Fit {
  const fitting: Fitting[] = [];
  const misfits: NumberShape[] = [];
  let rows = 0;
  for (const shape of shapes) {
    const digits = digitsOf(shape.body, marks);
    if (digits === null || (digits.grouped && firstDigitIsNought(shape))) misfits.push(shape);
    else {
      fitting.push({ ...shape, digits });
      rows += shape.group.rows;
    }
  }
  return { marks, fitting, misfits, rows };
}

/** True if some number of a shape begins with 0: its separator is no separator of thousands. */
function firstDigitIsNought({ group }: NumberShape): boolean {
  return group.texts.some((text) => /^\D*0/.test(text));
}

type Chosen = Fit & { readonly notes: readonly Note[]; readonly certain: boolean };

/** Chooses among marks that fit equally many rows: they differ where a mark stands before exactly three digits. */
function choose(best: readonly Fit[], hint: Marks['decimal'] | undefined): Chosen {
  const asFraction = best.find(({ fitting }) => fitting.some(({ digits }) => digits.fraction > 0));
  const asThousands = best.find(({ fitting }) => fitting.some(({ digits }) => digits.grouped));
  if (asFraction === undefined || asThousands === undefined || asFraction === asThousands) {
    return { ...best[0], notes: [], certain: false };
  }
  const mark = asFraction.marks.decimal;
  const example = asFraction.fitting.find(({ digits }) => digits.fraction > 0)!;
  const money = asFraction.fitting.some(({ unit }) => unit?.kind === 'money');
  const fraction = hint === undefined ? mark === '.' && !money : hint === mark;
  const reading = fraction ? 'before a fraction' : 'between thousands';
  const why =
    hint === undefined ? 'no value tells whether it may be otherwise' : 'as in other columns of the file';
  const text = `'${mark}' is taken to stand ${reading} in ${shown(example.group.texts[0])}: ${why}`;
  return { ...(fraction ? asFraction : asThousands), notes: [check(text)], certain: false };
}
