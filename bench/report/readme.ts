/** Writes the table of the bench in README.md, between its two marks. */
import { contests } from '../contests/index.ts';
import { goalText, valueText } from '../rounds/print.ts';
import { headline, type Results } from './results.ts';

/** The table, with one row per contest. */
export function readmeTable({ runs }: Results): string {
  const rows = contests.flatMap(({ letter, what }) => {
    const found = headline(runs, letter);
    if (found === null || found.outcome.error !== undefined) return [];
    const { outcome, run } = found;
    const withGoal = outcome.measures.filter(({ goal }) => goal !== null);
    const shown = withGoal.length > 0 ? withGoal : outcome.measures.slice(0, 1);
    const measures = shown.map(({ value, unit }) => valueText(value, unit));
    const goals = outcome.measures.flatMap(({ goal, unit }) => (goal === null ? [] : [goalText(goal, unit)]));
    const command = `npm run bench -- --only ${letter} --rows ${run.rows}`;
    return [`| ${what} | ${measures.join(', ')} | ${goals.join(', ')} | \`${command}\` |`];
  });
  if (rows.length === 0) return 'No results yet: `npm run bench -- --out bench/results/first.json`.';
  return `| | measured | goal | repeat it |
|---|---|---|---|
${rows.join('\n')}

Figures are medians of alternating rounds. [bench/REPORT.md](bench/REPORT.md) has the rounds, the raw results and what each time includes. [docs/operations/scaling.md](docs/operations/scaling.md) says what follows for more machines and more rows.`;
}

/** Replaces what is between <!-- name --> and <!-- /name -->. Throws if a mark is missing. */
export function between(text: string, name: string, content: string): string {
  const open = `<!-- ${name} -->`;
  const close = `<!-- /${name} -->`;
  const from = text.indexOf(open);
  const to = text.indexOf(close);
  if (from < 0 || to < from) throw new Error(`the marks of ${name} are missing`);
  return `${text.slice(0, from + open.length)}\n${content}\n${text.slice(to)}`;
}
