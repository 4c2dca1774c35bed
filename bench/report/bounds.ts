/** How far a goal can be reached: what the stages cost, against what the machine has. */
import { count } from '../../cli/terminal/format.ts';
import { headline, type Results } from './results.ts';

/** Where the time of a row goes, and the rates that no order of the work can pass. Empty without stages. */
export function boundsSection({ runs, stages, server }: Results): string {
  if (stages === null) return '';
  const { microsecondsOfCpu, machine } = stages;
  const costs = Object.entries(microsecondsOfCpu).sort(([, a], [, b]) => b - a);
  const total = costs.reduce((sum, [, cost]) => sum + cost, 0);
  const rows = costs.map(
    ([stage, cost]) => `| ${stage} | ${cost.toFixed(3)} | ${Math.round((cost / total) * 100)} % |`,
  );
  const parts = [
    `## Where the time of a row goes

CPU of one trip through the whole pipeline, by stage ([stages.json](results/stages.json), ${count(stages.rows)} trips in one process): \`server\` is PostgreSQL's part, \`commit\` writes the Parquet parts.

| stage | CPU µs a row | share |
|---|---|---|
${rows.join('\n')}
| all | ${total.toFixed(3)} | |

With all ${machine.cores} cores busy from the first moment to the last, a row takes ${(total / machine.cores).toFixed(2)} µs: ${count(1e6 / (total / machine.cores))} rows/s is what these stages allow here, in whatever order they are done.`,
  ];
  const copy = flatCopyMicroseconds({ runs });
  if (copy !== null) {
    const serverOnly = microsecondsOfCpu.server;
    parts.push(
      `**Goal a.** \`psql \\copy\` of the same file takes ${copy.toFixed(2)} µs a row on one core. So the pipeline can reach at most ${ratio(copy, total / machine.cores)} times its rate on this machine, start and end not counted; and if everything but PostgreSQL's own part of our rows cost nothing, ${ratio(copy, serverOnly / machine.cores)} times.`,
      `**Goal b.** COPY of rows encoded beforehand has the cores for itself; the pipeline shares them with reading, parsing, enriching and Parquet. At equal cost of a row in the server that leaves ${Math.round((serverOnly / total) * 100)} % of its rate. On a machine whose server has cores of its own the bound is another one.`,
    );
  }
  if (server !== null) {
    const lines = server.variants.map(
      ({ name, microsecondsOfCpu: cost, rounds }) =>
        `| ${name} | ${cost.toFixed(3)} | ${rounds.map((round) => round.toFixed(2)).join(' ')} |`,
    );
    parts.push(`## What the server takes for a row

One session, rows encoded beforehand, tables that differ from \`star.fact_trip\` in one thing each ([server.json](results/server.json), ${count(server.rows)} rows).

| table | CPU µs a row | every round |
|---|---|---|
${lines.join('\n')}`);
  }
  return parts.join('\n\n');
}

/** Wall time a row of `psql \copy` in the headline run of the whole pipeline. */
function flatCopyMicroseconds({ runs }: Pick<Results, 'runs'>): number | null {
  const found = headline(runs, 'a');
  if (found === null || found.outcome.error !== undefined) return null;
  const side = found.run.sides.find(
    ({ name }) => found.outcome.sides.includes(name) && name.startsWith('psql'),
  );
  return side === undefined ? null : (side.medianSeconds / side.rows) * 1e6;
}

function ratio(a: number, b: number): string {
  return (a / b).toFixed(2);
}
