import { type Contest, ratio } from '../rounds/contest.ts';
import type { Side } from '../rounds/rounds.ts';
import type { Arena } from '../sides/arena.ts';
import { benchDefinition, ingestSide } from '../sides/ingest-side.ts';

/** Two files that differ only in the number of customers: half as many as facts, or 100. */
export const dimension: Contest = {
  letter: 'i',
  what: 'dimension with 10,000,000 distinct keys in 20,000,000 facts: rate ÷ the rate with 100 keys',
  inside:
    'the whole process from its start to its end; there are twice as many facts as --rows, and both sides have hashed keys',
  goalRows: 10_000_000,
  prepare: async (arena) => [
    await visits(arena, 'visits:many', Math.max(1, arena.rows)),
    await visits(arena, 'visits:few', 100),
  ],
  measure: ([many, few]) => [ratio('rate with many keys ÷ rate with 100', many, few, { atLeast: 0.3 })],
};

const definition = benchDefinition('visits');

async function visits(arena: Arena, name: string, keys: number): Promise<Side> {
  const input = await arena.input(name, arena.rows * 2);
  return ingestSide(arena, input, {
    what: `${input.rows.toLocaleString('en')} visits of ${keys.toLocaleString('en')} customers`,
    dataset: 'visits',
    datasets: [definition],
    verify: async ({ client }) => {
      const { rows } = await client.query(
        `select (select count(*) from star.dim_customer where customer_key <> 0)::int as members,
           (select count(distinct customer_key) from star.fact_visit)::int as used,
           (select count(*) from star.fact_visit join star.dim_customer using (customer_key))::int as facts`,
      );
      const { members, used, facts } = rows[0];
      if (members !== keys || used !== keys || facts !== input.rows)
        throw new Error(
          `${members} members, ${used} of them used by ${facts} facts; not ${keys} and ${input.rows}`,
        );
    },
  });
}
