import { type Contest, ratio } from '../rounds/contest.ts';
import { microsOfCpu } from '../rounds/cpu.ts';
import { benchDefinition, ingestSide } from '../sides/ingest-side.ts';

export const packedAndRows: Contest = {
  letter: 'p',
  what: 'doubles, nulls and short texts: whole pipeline with packed facts ÷ with rows',
  inside: 'the whole process from its start to its end',
  goalRows: 10_000_000,
  prepare: async (arena) => {
    const input = await arena.input('accounts:first', arena.rows);
    const count = input.rows.toLocaleString('en');
    const side = (layout: string, definition: string) =>
      ingestSide(arena, input, {
        what: `${count} accounts${layout}`,
        dataset: 'measured',
        only: [benchDefinition(definition)],
        verify: async ({ client }) => {
          const { rows } = await client.query(
            `select count(*)::int as rows, count(distinct account)::int as accounts,
               count(state) between 0.66 * count(*) and 0.67 * count(*) as thirds from star.fact_measured`,
          );
          const [{ thirds, ...counts }] = rows;
          if (counts.rows !== input.rows || counts.accounts !== input.rows || !thirds)
            throw new Error(`the star shows ${JSON.stringify(rows[0])}`);
        },
      });
    return [side(', packed', 'packed/accounts'), side('', 'measured')];
  },
  measure: ([packed, rows]) => [
    ratio('packed ÷ rows, ratio of rates', packed, rows, null),
    { name: 'CPU of all processes, packed', value: microsOfCpu(packed), unit: 'µs a row', goal: null },
    { name: 'CPU of all processes, rows', value: microsOfCpu(rows), unit: 'µs a row', goal: null },
  ],
};
