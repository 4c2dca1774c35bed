/**
 * One run: draws a plan from the seed, starts a site of real processes, carries out the plan, waits until all is
 * quiet, and counts the rows.
 *
 *   disturbed ── the plan is over ──▶ quiet ── all files have ended ──▶ restarted ── still so ──▶ checked
 *                                       └────── nothing moves for stallMs ──▶ it hangs
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { makeFaults } from './act/cause-faults.ts';
import { dropAll } from './act/drop.ts';
import { Knowledge } from './act/knowledge.ts';
import { operate } from './act/operate.ts';
import { compareEvents } from './check/compare-events.ts';
import { checkRollups } from './check/compare-rollups.ts';
import { checkFiles } from './check/files.ts';
import { filesBelow, findLeftovers, heldJobs } from './check/leftovers.ts';
import { compareRows } from './check/rows.ts';
import { Journal } from './journal.ts';
import type { Backend } from './plan/faults.ts';
import { drawPlan } from './plan/plan.ts';
import type { Plan } from './plan/types.ts';
import type { Outcome } from './report.ts';
import { landfallMain, type Site, startSite } from './site/site.ts';
import { miscounted, Watch } from './watch.ts';

/** A run hangs if nothing moves for this long after the last fault. The longest regular pause is two minutes. */
const stallMs = 200_000;

export interface RunOptions {
  readonly seed: number;
  readonly backend: Backend;
  readonly forMs: number;
  readonly folder: string;
  /** Whether to run without faults. */
  readonly calm: boolean;
  /** Whether each process has a host of its own. */
  readonly hosts: boolean;
  /** Called now and then with the progress of the run. */
  readonly onProgress: (line: string) => void;
  /** Called when there is something that must be ended if the process is stopped. */
  readonly onSite: (site: Site) => void;
}

export async function run(options: RunOptions): Promise<Outcome> {
  const { seed, backend, forMs, folder, hosts } = options;
  mkdirSync(folder, { recursive: true });
  const drawn = drawPlan(seed, backend, forMs, hosts);
  const plan = options.calm ? { ...drawn, faults: [] } : drawn;
  const journal = new Journal(join(folder, 'journal.jsonl'));
  const site = await startSite({ folder, backend, chunkBytes: plan.chunkBytes, journal, hosts });
  options.onSite(site);
  const watch = new Watch(site.postgres, journal);
  const knowledge = new Knowledge();
  const startedAt = journal.now();
  const reporter = setInterval(() => options.onProgress(progressOf({ journal, watch, site, plan })), 5000);
  const outages: string[] = [];
  try {
    for (const unit of site.units) unit.start();
    await carryOut({ site, plan, journal, knowledge, watch });
    await Promise.all(site.links.map((link) => link.heal()));
    const quietAt = journal.now();
    journal.note('quiet');
    const hangs = (await untilEnded(site, watch, journal)) ?? (await restarted(site, watch, journal));
    if (hangs !== null) outages.push(hangs);
    const quietMs = journal.now() - quietAt;
    clearInterval(reporter);
    await watch.close();
    for (const unit of site.units) await unit.stop();
    const files = await checkFiles(site.postgres, knowledge);
    const leftovers = hangs === null ? await findLeftovers(site) : { faults: [], unseen: {} };
    const rows = await compareRows({ folder, postgres: site.postgres, done: files.done });
    const events = await compareEvents(site.postgres, files.done);
    const rollups = checkRollups(await auditMarts(site), new Set(files.done.map(({ dataset }) => dataset)));
    outages.push(
      ...watch.faults,
      ...(await miscounted(site.postgres)),
      ...files.faults,
      ...leftovers.faults,
      ...rows.details,
      ...events.faults,
      ...rollups.faults,
    );
    return {
      seed,
      backend,
      hosts,
      seconds: (journal.now() - startedAt) / 1000,
      quietSeconds: quietMs / 1000,
      plan,
      states: files.states,
      bytes: files.bytes,
      rejects: files.rejects,
      rows,
      shown: events.shown,
      groups: rollups.groups,
      recoveries: watch.recoveries,
      restarts: site.units.reduce((sum, unit) => sum + unit.starts - 1, 0),
      unseen: leftovers.unseen,
      outages: [...new Set(outages)],
      journal: journal.path,
    };
  } finally {
    clearInterval(reporter);
    await watch.close();
    await site.stop();
    journal.close();
  }
}

/** What the command prints. */
function auditMarts(site: Site): Promise<string> {
  const child = spawn(process.execPath, [landfallMain, 'audit', '--marts', '--json'], {
    cwd: site.folder,
    env: { ...site.operatorEnv(), LANDFALL_LOG: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}

interface Going {
  readonly site: Site;
  readonly plan: Plan;
  readonly journal: Journal;
  readonly knowledge: Knowledge;
  readonly watch: Watch;
}

/** Drops files, makes faults and runs operators concurrently, each at the times of the plan. */
async function carryOut({ site, plan, journal, knowledge, watch }: Going): Promise<void> {
  await Promise.all([
    dropAll({ folder: site.folder, plan, journal, knowledge }),
    makeFaults({ site, journal, onOver: (fault) => watch.faultOver(fault) }, plan.faults),
    operate({ site, journal, knowledge, free: undisputed(plan) }, plan.operations),
  ]);
}

/** Contents that are dropped only once, under a unique name, and not changed. */
function undisputed({ drops, contents }: Plan): Set<string> {
  const count = (same: (drop: (typeof drops)[number]) => boolean) => drops.filter(same).length;
  const free = drops.filter(
    ({ content, dataset, name, meddling }) =>
      meddling === null &&
      contents.get(content)!.rows > 0 &&
      count((drop) => drop.content === content) === 1 &&
      count((drop) => drop.dataset === dataset && drop.name === name) === 1,
  );
  return new Set(free.map(({ content }) => content));
}

/** Null if every file has ended and left the landing folder; otherwise says which files hang. */
async function untilEnded(site: Site, watch: Watch, journal: Journal): Promise<string | null> {
  const landing = join(site.folder, 'landing');
  let calm = 0;
  for (let from = journal.now(); ; ) {
    await delay(500);
    const landed = filesBelow(landing);
    calm = watch.unfinished.length === 0 && landed.length === 0 ? calm + 1 : 0;
    // The watch runs twice a second, so it has seen what was dropped last.
    if (calm >= 4) return null;
    from = Math.max(from, watch.movedAt);
    if (journal.now() - from < stallMs) continue;
    const stuck = [...watch.unfinished, ...landed.map((name) => `${name} in landing`)];
    journal.note('hangs', { stuck });
    return `nothing moves for ${stallMs / 1000} s; ${stuck.length} files have not ended: ${stuck.slice(0, 5).join(', ')}`;
  }
}

/** Restarts the coordinator, which takes up what killed commands have left. */
async function restarted(site: Site, watch: Watch, journal: Journal): Promise<string | null> {
  journal.note('restart the coordinator');
  await site.coordinator.stop();
  site.coordinator.start();
  for (let tries = 0; tries < 120; tries++) {
    await delay(500);
    const ready = await site.postgres.query<{ n: number }>(
      "select count(*)::int as n from pg_stat_activity where application_name = 'landfall coordinator pool'",
    );
    if (ready[0].n > 0) break;
  }
  await delay(2000);
  const hangs = await untilEnded(site, watch, journal);
  const from = journal.now();
  while (hangs === null && journal.now() - from < stallMs && (await heldJobs(site)).length > 0)
    await delay(500);
  return hangs;
}

function progressOf({ journal, watch, site, plan }: Omit<Going, 'knowledge'>): string {
  const seconds = Math.round(journal.now() / 1000);
  const dropped = plan.drops.filter(({ atMs }) => atMs <= journal.now()).length;
  const faults = plan.faults.filter(({ atMs }) => atMs <= journal.now()).length;
  const starts = site.units.reduce((sum, unit) => sum + unit.starts, 0);
  return `${seconds} s: ${dropped} of ${plan.drops.length} files dropped, ${watch.unfinished.length} under way, ${faults} faults, ${starts} starts`;
}
