/** The date by which people will ask for rows, and the partitions that follow from it. */
import type { FoundColumn } from '../contract.ts';
import { wordsOf } from './column-words.ts';
import type { FoundPartition } from './contract.ts';

/** Words of the moment at which something happens, and of other moments, which come after it or long before. */
const better = new Set(
  [
    'created',
    'started',
    'start',
    'starttime',
    'date',
    'time',
    'timestamp',
    'datetime',
    'at',
    'on',
    'day',
    'occurred',
  ]
    .concat([
      'ordered',
      'order',
      'purchased',
      'purchase',
      'sold',
      'sale',
      'pickup',
      'departure',
      'event',
      'invoice',
    ])
    .concat([
      'transaction',
      'posted',
      'published',
      'opened',
      'recorded',
      'logged',
      'received',
      'booked',
      'paid',
    ]),
);
const worse = new Set(
  [
    'ended',
    'end',
    'stop',
    'stoptime',
    'stopped',
    'finish',
    'finished',
    'closed',
    'updated',
    'modified',
    'changed',
  ]
    .concat([
      'deleted',
      'due',
      'expires',
      'expiry',
      'expiration',
      'last',
      'next',
      'dropoff',
      'arrival',
      'delivered',
    ])
    .concat([
      'shipped',
      'returned',
      'resolved',
      'completed',
      'imported',
      'loaded',
      'exported',
      'planned',
      'scheduled',
    ]),
);
const birth = new Set(['birth', 'birthday', 'birthdate', 'born', 'dob', 'death', 'died', 'hired', 'founded']);

/** Most partitions of one file: each chunk writes a part to every one of them. */
const partitionsMost = 200;

/** The best date of the columns that have one in every row; null without such a column. */
export function bestDate(columns: readonly FoundColumn[]): FoundColumn | null {
  const dates = columns.filter(
    ({ guess, facts, optional, required }) =>
      (guess.type === 'date' || guess.type === 'timestamp') &&
      facts.rows > 0 &&
      facts.nulls === 0 &&
      required !== false &&
      !optional,
  );
  const [best = null] = [...dates].sort((a, b) => scoreOf(b) - scoreOf(a));
  return best;
}

function scoreOf({ name }: FoundColumn): number {
  const words = wordsOf(name);
  const has = (known: ReadonlySet<string>) => words.some((word) => known.has(word));
  return (has(better) ? 1 : 0) - (has(worse) ? 2 : 0) - (has(birth) ? 4 : 0);
}

/**
 * Year and month of the date, year alone where that would be more than 200 partitions, none where the years would be.
 * `taken`: names of columns and of keys.
 */
export function partitionsBy(date: FoundColumn, taken: ReadonlySet<string>): FoundPartition[] {
  const months = monthsOf(date);
  if (months === null || months > partitionsMost * 12) return [];
  const parts = months > partitionsMost ? (['year'] as const) : (['year', 'month'] as const);
  return parts.map((part) => ({ name: freePart(part, date.name, taken), part, column: date.name }));
}

/** Months from the first to the last value, both included; null if they are not known. */
function monthsOf({ facts: { least, greatest } }: FoundColumn): number | null {
  const [first, last] = [least, greatest].map((text) => /^(-?\d{4,})-(\d\d)/.exec(text ?? ''));
  if (!first || !last) return null;
  const months = (Number(last[1]) - Number(first[1])) * 12 + Number(last[2]) - Number(first[2]) + 1;
  return months > 0 ? months : null;
}

function freePart(part: string, date: string, taken: ReadonlySet<string>): string {
  const names = [part, `${date.replace(/_$/, '')}_${part}`];
  for (let number = 2; ; number++) {
    const free = names.find((name) => !taken.has(name));
    if (free !== undefined) return free;
    names.push(`${part}_${number}`);
  }
}
