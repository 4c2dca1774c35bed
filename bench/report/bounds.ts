/** Computes how far a goal can be reached, from the cost of the stages and the capacity of the machine. */
import { count } from '../../cli/terminal/format.ts';
import citibike from '../../datasets/citibike/dataset.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import { median, type Result } from '../rounds/rounds.ts';
import { manyFilesBound } from './many-files-bound.ts';
import { headline, type NamedReport, type Results, type ServerResults, type Stages } from './results.ts';

/** The cost of a row by stage, and the most rows per second that it allows. Empty without results. */
export function boundsSection({ runs, stages, server }: Results): string {
  const parts = [
    stages === null ? '' : stagesTable(stages),
    pipelineBound(runs, stages, server),
    ceilingBound(runs, stages),
    ridesBound(runs),
    dimensionBound(runs, server),
    manyFilesBound({ runs }),
    server === null ? '' : serverTable(server),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function stagesTable({ microsecondsOfCpu, machine, rows }: Stages): string {
  const costs = Object.entries(microsecondsOfCpu).sort(([, a], [, b]) => b - a);
  const total = sum(microsecondsOfCpu);
  const lines = costs.map(
    ([stage, cost]) => `| ${stage} | ${cost.toFixed(3)} | ${Math.round((cost / total) * 100)} % |`,
  );
  return `## Where the time of a row goes

The table shows the CPU time of one trip in each stage of the pipeline ([stages.json](results/stages.json), ${count(rows)} trips in one process). \`server\` is PostgreSQL's part, \`commit\` writes the Parquet parts, and \`scan\` reads the file to hash its content and find its record borders.

| stage | CPU µs per row | share |
|---|---|---|
${lines.join('\n')}
| all | ${total.toFixed(3)} | |

With all ${machine.cores} cores busy all the time, a row takes ${(total / machine.cores).toFixed(2)} µs. So these stages allow at most ${count(1e6 / (total / machine.cores))} rows/s on this machine, in whatever order they run.`;
}

/** The cost of a row on one side, in µs: medians of its rounds. */
interface Cost {
  readonly name: string;
  readonly wall: number;
  /** CPU time of all processes, those of the server included. */
  readonly cpu: number;
  readonly server: number;
}

/** How the sides of the two layouts of facts are named. */
const packedIngest = /^landfall ingest.*, packed/;
const rowsIngest = /^landfall ingest(?!.*, packed)/;

/** The sides of a contest, found by their names, and its first goal. Null if it has no rates. */
function costsOf(runs: readonly NamedReport[], letter: string, names: readonly (string | RegExp)[]) {
  const found = headline(runs, letter);
  if (found === null || found.outcome.error !== undefined) return null;
  const { run, outcome } = found;
  const sides = names.map((pattern) =>
    run.sides.find(({ name }) => outcome.sides.includes(name) && isNamed(name, pattern)),
  );
  const [{ value, goal }] = outcome.measures;
  if (sides.includes(undefined) || goal === null || !('atLeast' in goal)) return null;
  const costs = sides.map((side) => costOf(side!));
  return { sides: sides as Result[], costs, value, goal: goal.atLeast, cores: run.machine.cores };
}

function isNamed(name: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? name === wanted : wanted.test(name);
}

function costOf({ name, rows, rounds, medianSeconds }: Result): Cost {
  const perRow = (of: (round: Result['rounds'][number]) => number) => (median(rounds.map(of)) / rows) * 1e6;
  return {
    name,
    wall: (medianSeconds / rows) * 1e6,
    cpu: perRow(({ cpuSeconds = Number.NaN, serverCpuSeconds = 0 }) => cpuSeconds + serverCpuSeconds),
    server: perRow(({ serverCpuSeconds = Number.NaN }) => serverCpuSeconds),
  };
}

function costTable(costs: readonly Cost[]): string {
  const lines = costs.map(
    ({ name, wall, cpu, server }) =>
      `| ${name} | ${wall.toFixed(2)} | ${cpu.toFixed(2)} | ${server.toFixed(2)} |`,
  );
  return `| µs per row | wall time | CPU, all processes | server's part of it |\n|---|---|---|---|\n${lines.join('\n')}`;
}

function pipelineBound(
  runs: readonly NamedReport[],
  stages: Stages | null,
  server: ServerResults | null,
): string {
  const found = costsOf(runs, 'a', [packedIngest, rowsIngest, /^psql/]);
  if (found === null) return '';
  const { costs, value, goal, cores } = found;
  const [packed, ours, theirs] = costs;
  const budget = (theirs.wall * cores) / goal;
  const reach = (cost: Cost) => ratio(theirs.wall * cores, cost.cpu);
  const lines = [
    `## Goal a: the limit

${costTable(costs)}

\`\\copy\` is one session: one server process on one core does nearly all of its work. At these costs, the pipeline can reach ${reach(packed)} times its rate with packed facts and ${reach(ours)} with rows, on ${cores} cores that are busy all the time. It reaches ${value.toFixed(2)} and ${(theirs.wall / ours.wall).toFixed(2)}. For ${goal} times the rate, everything together may take ${budget.toFixed(2)} µs of CPU per row on ${cores} cores.

Packed facts are not what \`\\copy\` makes: contest r shows what it costs to read them ([layouts](../docs/definitions/layouts.md)).`,
  ];
  const alone = server?.variants[0];
  const least = server?.variants.find(({ name }) => name.startsWith('three columns'));
  if (alone !== undefined) {
    const left = budget - alone.microsecondsOfCpu;
    lines.push(
      `With rows, the server's step cannot shrink: binary COPY of finished rows, encoded in advance, into that table takes ${alone.microsecondsOfCpu.toFixed(2)} µs in one session, ${percent(alone.microsecondsOfCpu, budget)} of the budget${least === undefined ? '' : ` (${least.microsecondsOfCpu.toFixed(2)} with three columns and no index)`}. That leaves ${left.toFixed(2)} µs.${stages === null ? '' : ` ${rest(stages)}`}`,
    );
  }
  if (stages !== null) {
    const { csv, wire, star, wal, lake } = stages.bytes;
    lines.push(
      `\`\\copy\` sends ${csv.toFixed(0)} bytes per row and stores them as text. The pipeline reads them twice: for identity and borders, then for values. It sends ${wire.toFixed(0)} bytes to the server, which stores ${star.toFixed(0)} and logs ${wal.toFixed(0)}. It writes ${lake.toFixed(0)} to the lake.`,
    );
  }
  lines.push(
    `At these costs, the goal needs ${((packed.cpu * goal) / theirs.wall).toFixed(1)} cores with packed facts and ${((ours.cpu * goal) / theirs.wall).toFixed(1)} with rows, since \`\\copy\` hardly uses a second one.`,
  );
  return lines.join('\n\n');
}

/** The cost of everything outside the server, with its most expensive parts. */
function rest({ microsecondsOfCpu }: Stages): string {
  const { server, scan = 0, parse = 0, lake = 0, commit = 0 } = microsecondsOfCpu;
  const others = sum(microsecondsOfCpu) - server;
  return `Everything else takes ${others.toFixed(2)} µs: ${scan.toFixed(2)} to read and hash the file once, ${parse.toFixed(2)} to parse it, ${(lake + commit).toFixed(2)} for the parts.`;
}

function ceilingBound(runs: readonly NamedReport[], stages: Stages | null): string {
  const found = costsOf(runs, 'b', [rowsIngest, /^binary COPY/]);
  const title = '## Goal b: the limit';
  if (found === null) {
    if (stages === null) return '';
    const { server } = stages.microsecondsOfCpu;
    return `${title}

COPY of rows that are encoded in advance has the cores to itself. The pipeline also reads, parses, enriches and writes Parquet on them. If a row costs the server the same on both sides, that leaves ${percent(server, sum(stages.microsecondsOfCpu))} of its rate. The limit is different where the server has its own cores.`;
  }
  const { costs, value, goal, cores } = found;
  const [ours, theirs] = costs;
  const allowed = theirs.cpu / goal - theirs.server;
  return `${title}

${costTable(costs)}

Both sides have the same ${cores} cores. At these costs, the pipeline can reach ${ratio(theirs.cpu, ours.cpu)} of the other side's rate if no core is ever idle. It reaches ${value.toFixed(2)}. For ${goal}, everything except the server may take ${allowed.toFixed(2)} µs per row. The other side needs ${(theirs.cpu - theirs.server).toFixed(2)} just to send the finished rows.${stages === null ? '' : ` ${rest(stages)}`} The limit is different where the server has its own cores.`;
}

function ridesBound(runs: readonly NamedReport[]): string {
  const found = costsOf(runs, 'h', [packedIngest, /^psql/]);
  if (found === null) return '';
  const { costs, value, goal, cores } = found;
  const [ours, theirs] = costs;
  const { star, marts, checks } = compileDataset(citibike);
  const tables = marts.filter(({ kind }) => kind === 'table');
  return `## Goal h: the limit

${costTable(costs)}

At these costs, the pipeline can reach ${ratio(theirs.wall * cores, ours.cpu)} times the rate of \`\\copy\` on ${cores} cores. If everything but the server's part cost nothing, it could reach ${ratio(theirs.wall * cores, ours.server)}. It reaches ${value.toFixed(2)}. For ${goal} times the rate, a ride may take ${((theirs.wall * cores) / goal).toFixed(2)} µs of CPU. The server's ${ours.server.toFixed(2)} include work that \`\\copy\` leaves for later: packed facts of ${star!.columns.length} columns, ${tables.length} marts that are tables, and ${checks.length} checks of the data. Marts and checks read the star again.${timesOfIngest(found.sides[0])}`;
}

/** The times of the first and the last commit within a round. Empty if the rows over time are not known. */
function timesOfIngest({ rounds }: Result): string {
  const curves = rounds.flatMap(({ seconds, detail }) => {
    const curve = detail?.curve as readonly (readonly [second: number, rows: number])[] | undefined;
    return curve === undefined || curve.length === 0 ? [] : [{ seconds, curve }];
  });
  if (curves.length === 0) return '';
  const middle = (of: (round: (typeof curves)[number]) => number) => median(curves.map(of)).toFixed(1);
  return ` A round takes ${middle(({ seconds }) => seconds)} s: the first chunk is committed after ${middle(({ curve }) => curve[0][0])} s, the last after ${middle(({ curve }) => curve.at(-1)![0])} s. Checks, receipt and marts follow.`;
}

function dimensionBound(runs: readonly NamedReport[], server: ServerResults | null): string {
  const sides = headline(runs, 'i')?.outcome.sides ?? [];
  const found = costsOf(runs, 'i', sides);
  if (found === null) return '';
  const { costs, value, goal, cores } = found;
  const [many, few] = costs;
  const budget = (few.wall * cores) / goal;
  const lines = [
    `## Goal i: ${value >= goal ? 'where the time of a member goes' : 'the limit'}

${costTable(costs)}

For ${goal} times the rate with few members, a fact may take ${budget.toFixed(2)} µs of CPU. At these costs, the pipeline can reach ${ratio(few.wall * cores, many.cpu)} of that rate on ${cores} cores. If everything but the server's part cost nothing, it could reach ${ratio(few.wall * cores, many.server)}. It reaches ${value.toFixed(2)}.`,
  ];
  if (server?.members !== undefined) {
    const { count: members, found, inserted } = server.members;
    const alone = server.variants.at(0);
    const each = (found.microsecondsOfCpu + inserted.microsecondsOfCpu) / 2;
    lines.push(
      `Half of the facts have a new member, the other half one that the table has. Keys are hashes of the texts ([docs/definitions/dimensions.md](../docs/definitions/dimensions.md)). So facts are sent without asking for keys first, and members are sent in the order of the server's index. With generated keys, in a table of ${count(members)} members, the server takes ${inserted.microsecondsOfCpu.toFixed(2)} µs to insert a member and ${found.microsecondsOfCpu.toFixed(2)} to find one. That is ${each.toFixed(2)} µs per fact, ${percent(each, budget)} of the budget, before a fact is parsed, written to the lake or copied.${alone === undefined ? '' : ` Copying a fact takes ${alone.microsecondsOfCpu.toFixed(2)} µs.`} What was tried is in [what a member costs](../docs/decisions/star/0031-what-a-member-costs.md) and [hashed keys](../docs/decisions/star/0035-hashed-keys.md).`,
    );
  }
  return lines.join('\n\n');
}

function serverTable(server: ServerResults): string {
  const lines = server.variants.map(
    ({ name, microsecondsOfCpu: cost, rounds }) =>
      `| ${name} | ${cost.toFixed(3)} | ${rounds.map((round) => round.toFixed(2)).join(' ')} |`,
  );
  return `## The server's cost of a row

One session sends rows that are encoded in advance. Each table differs from \`star.fact_trip\` in one way ([server.json](results/server.json), ${count(server.rows)} rows).

| table | CPU µs per row | each round |
|---|---|---|
${lines.join('\n')}`;
}

function sum(costs: Readonly<Record<string, number>>): number {
  return Object.values(costs).reduce((total, cost) => total + cost, 0);
}

function percent(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100)} %`;
}

function ratio(a: number, b: number): string {
  return (a / b).toFixed(2);
}
