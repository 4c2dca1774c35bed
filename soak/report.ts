/** Writes the report of a run. */

import { plural } from '../platform/plural.ts';
import type { RowsFound } from './check/rows.ts';
import type { Backend } from './plan/faults.ts';
import type { Plan } from './plan/types.ts';
import type { Recovery } from './watch.ts';

export interface Outcome {
  readonly seed: number;
  readonly backend: Backend;
  /** Whether each process had a host of its own. */
  readonly hosts: boolean;
  readonly seconds: number;
  readonly quietSeconds: number;
  readonly plan: Plan;
  readonly states: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly rejects: number;
  readonly rows: RowsFound;
  /** Rows that load modes show. */
  readonly shown: number;
  /** Groups of rollups. */
  readonly groups: number;
  readonly recoveries: readonly Recovery[];
  readonly restarts: number;
  readonly unseen: Readonly<Record<string, number>>;
  /** Everything that is wrong. If there is nothing, the run is good. */
  readonly outages: readonly string[];
  readonly journal: string;
}

/** The most outages that are shown; the rest are only counted. */
const shown = 20;

export function isGood({ rows, outages }: Outcome): boolean {
  return rows.lost === 0 && rows.duplicated === 0 && rows.foreign === 0 && outages.length === 0;
}

/** The command that repeats the plan. */
export function replayCommand(outcome: Pick<Outcome, 'seed' | 'backend' | 'hosts' | 'plan'>): string {
  const { seed, backend, hosts, plan } = outcome;
  return `npm run soak -- --backend ${backend}${hosts ? ' --hosts' : ''} --minutes ${plan.forMs / 60_000} --seed ${seed}`;
}

export function reportOf(outcome: Outcome): string {
  const { backend, seed, hosts, plan, states, bytes, rows, rejects, recoveries, outages, unseen } = outcome;
  const count = (n: number) => n.toLocaleString('en');
  const kinds = new Map<string, number>();
  for (const { kind } of plan.faults) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const lines = [
    `queue on ${backend}${hosts ? ', each process on a host of its own' : ''}, seed ${seed}: ${isGood(outcome) ? 'lost 0, duplicated 0' : 'NOT GOOD'}`,
    `  ${plural(plan.drops.length, 'file')} dropped and ${plural(plan.operations.length, 'undo or replay', 'undos and replays')} asked for in ${Math.round(plan.forMs / 1000)} s, quiet ${outcome.quietSeconds.toFixed(0)} s later`,
    `  files: ${listed(Object.entries(states))}`,
    `  rows compared: ${count(rows.rows)} in ${(bytes / 1e6).toFixed(1)} MB of files; rejects compared: ${count(rejects)}`,
    `  compared of load modes: ${plural(outcome.shown, 'row')} that are shown; of rollups: ${plural(outcome.groups, 'group')}`,
    `  lost ${rows.lost}, duplicated ${rows.duplicated}, foreign ${rows.foreign}`,
    `  faults: ${listed([...kinds].sort((a, b) => b[1] - a[1]))}; ${plural(outcome.restarts, 'restart')} of processes`,
    `  time to resume after a fault: ${times(recoveries.map(({ ms }) => ms))}`,
  ];
  const left = Object.entries(unseen).filter(([, n]) => n > 0);
  if (left.length > 0) lines.push(`  left in the lake's store, unseen by readers: ${listed(left)}`);
  for (const outage of outages.slice(0, shown)) lines.push(`  ✗ ${outage}`);
  if (outages.length > shown) lines.push(`  ✗ and ${outages.length - shown} more`);
  lines.push(`  again: ${replayCommand(outcome)}`);
  return `${lines.join('\n')}\n`;
}

function listed(entries: readonly (readonly [string, number])[]): string {
  return entries.map(([name, n]) => `${n} ${name}`).join(', ') || 'none';
}

function times(ms: readonly number[]): string {
  if (ms.length === 0) return 'could not be measured';
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) => `${(sorted[Math.floor((sorted.length - 1) * share)] / 1000).toFixed(1)} s`;
  return `${at(0.5)} (median of ${ms.length}), ${at(0.9)} (nine in ten), ${at(1)} (longest)`;
}
