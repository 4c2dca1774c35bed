import { type Contest, ratio } from '../rounds/contest.ts';
import { handUpsertSide } from '../sides/hand-upsert.ts';
import { benchDefinition } from '../sides/ingest-side.ts';
import { type SecondFile, secondFileSide } from '../sides/second-file.ts';

export const upsert: Contest = {
  letter: 'l',
  what: 'upsert of 5,000,000 accounts into a star that has as many: all new, and all known',
  inside:
    'the whole process from its start to its end; there are half as many accounts in each file as --rows; the first file is not timed',
  goalRows: 10_000_000,
  prepare: async (arena) => {
    const rows = Math.max(1, Math.floor(arena.rows / 2));
    const [before, fresh, known] = [
      await arena.input('accounts:first', rows),
      await arena.input('accounts:new', rows),
      await arena.input('accounts:known', rows),
    ];
    const count = rows.toLocaleString('en');
    const upserts = (name: string, rest: Pick<SecondFile, 'input' | 'shows' | 'timed'>) =>
      secondFileSide(arena, {
        ...{ name, dataset: 'upserted', datasets: [benchDefinition('upserted')], before },
        ...rest,
      });
    return [
      secondFileSide(arena, {
        ...{ name: `append of ${count} accounts`, dataset: 'appended', before, input: fresh },
        datasets: [benchDefinition('appended')],
        shows: { sql: shown('fact_appended'), is: { rows: 2 * rows, earliest: 2018, latest: 2018 } },
      }),
      upserts(`upsert of ${count} new accounts`, {
        input: fresh,
        shows: { sql: shown('fact_upserted'), is: { rows: 2 * rows, earliest: 2018, latest: 2018 } },
      }),
      upserts(`upsert of ${count} known accounts`, {
        input: known,
        shows: { sql: shown('fact_upserted'), is: { rows, earliest: 2019, latest: 2019 } },
      }),
      upserts(`undo of ${count} known accounts`, {
        ...{ input: known, timed: 'undo' },
        shows: { sql: shown('fact_upserted'), is: { rows, earliest: 2018, latest: 2018 } },
      }),
      handUpsertSide(arena, before, known),
    ];
  },
  measure: ([append, fresh, known, undo, byHand]) => [
    ratio('all new ÷ append, ratio of rates', fresh, append, { atLeast: 0.4 }),
    ratio('all known ÷ append, ratio of rates', known, append, { atLeast: 0.15 }),
    ratio('all known ÷ written by hand, ratio of rates', known, byHand, { atLeast: 2 }),
    ratio('undo ÷ load of the known, ratio of rates', undo, known, { atLeast: 1 }),
  ],
};

const shown = (fact: string) =>
  `select count(*)::int as rows, extract(year from min(at))::int as earliest, extract(year from max(at))::int as latest from star.${fact}`;
