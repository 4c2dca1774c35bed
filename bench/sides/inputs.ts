/** The files that contests read, from the built-in generators and from those of the bench's own datasets. */
import { writeGenerated } from '../../datasets/generated.ts';
import { type Generate, generators } from '../../datasets/generators.ts';
import { generateAccounts } from '../datasets/accounts/generate.ts';
import { generateVisits } from '../datasets/visits/generate.ts';

const more: Readonly<Record<string, Generate>> = {
  'visits:few': ({ rows }) => generateVisits({ rows, keys: 100 }),
  'visits:many': ({ rows }) => generateVisits({ rows, keys: Math.max(1, Math.floor(rows / 2)) }),
  'accounts:first': ({ rows }) => generateAccounts({ rows, from: 0, generation: 0 }),
  'accounts:new': ({ rows }) => generateAccounts({ rows, from: rows, generation: 0 }),
  'accounts:known': ({ rows }) => generateAccounts({ rows, from: 0, generation: 1 }),
};

/** Writes the file and returns its bytes. */
export function writeInput(
  name: string,
  options: { readonly rows: number; readonly seed: number; readonly out: string },
): Promise<number> {
  const generate = more[name] ?? generators[name];
  if (generate === undefined) throw new Error(`there is no generator ${name}`);
  return writeGenerated(options.out, generate(options));
}
