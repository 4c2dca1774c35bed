/** Makes the planned faults in processes, servers and the network, and ends them on time. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Journal } from '../journal.ts';
import type { Fault, FaultKind } from '../plan/types.ts';
import type { Link } from '../site/link.ts';
import type { Site } from '../site/site.ts';
import { send, type Unit } from '../site/unit.ts';

export interface FaultTools {
  readonly site: Site;
  readonly journal: Journal;
  /** Called when a fault is over. */
  readonly onOver: (fault: Fault) => void;
}

type Act = (tools: FaultTools, fault: Fault) => Promise<object | null>;

/** Each resolves when the fault is over, with what it hit, or null if there was nothing to hit. */
const acts: Readonly<Record<FaultKind, Act>> = {
  'kill worker': async ({ site }, fault) => signalOne(workers(site), fault, 'SIGKILL'),
  'kill pool': async ({ site }, fault) => signalOne(running(site.pools), fault, 'SIGKILL'),
  'kill coordinator': async ({ site }, fault) => signalOne(running([site.coordinator]), fault, 'SIGKILL'),
  'stop pool': async ({ site }, fault) => signalOne(running(site.pools), fault, 'SIGTERM'),
  'stop coordinator': async ({ site }, fault) => signalOne(running([site.coordinator]), fault, 'SIGTERM'),
  // It is refused while the other one is alive. If that one is down, it takes over, and the other is refused.
  'rival coordinator': ({ site }, fault) =>
    alone(site.coordinator, async () => {
      const rival = site.rival();
      rival.start();
      await delay(fault.forMs);
      rival.kill();
    }),
  'freeze worker': ({ site }, fault) => freezeOne(workers(site), fault),
  'freeze pool': ({ site }, fault) => freezeOne(running(site.pools), fault),
  'freeze coordinator': ({ site }, fault) => freezeOne(running([site.coordinator]), fault),
  'restart Postgres fast': (tools, fault) => restartPostgres(tools, fault, 'fast'),
  'restart Postgres at once': (tools, fault) => restartPostgres(tools, fault, 'at once'),
  'end Postgres sessions': ({ site }, fault) => endSessions(site, fault),
  'freeze Postgres': ({ site }, fault) =>
    alone(site.postgres, async () => {
      site.postgres.freeze();
      await delay(fault.forMs);
      site.postgres.thaw();
    }),
  'restart Redis': (tools, fault) => restartRedis(tools, fault, 'SIGTERM'),
  'kill Redis': (tools, fault) => restartRedis(tools, fault, 'SIGKILL'),
  'freeze Redis': ({ site }, fault) =>
    alone(site.redis!, async () => {
      site.redis!.signal('SIGSTOP');
      await delay(fault.forMs);
      site.redis!.signal('SIGCONT');
    }),
  'cut the network': ({ site }, fault) => onLink(site, fault, (link) => link.cut()),
  'refuse connections': ({ site }, fault) =>
    onLink(site, fault, (link) => {
      link.refuse();
      link.cut();
    }),
  'stall connections': ({ site }, fault) =>
    onLink(
      site,
      fault,
      (link) => link.stall(),
      (link) => fault.other < 0.5 && link.cut(),
    ),
  'half-open connections': ({ site }, fault) => onLink(site, fault, (link) => link.halfOpen()),
  'slow the network': ({ site }, fault) => onLink(site, fault, (link) => link.slow(2 + fault.other * 60)),
  // Nothing arrives, and nobody is told: neither end of a connection sees it close.
  'cut off a host': async ({ site }, fault) => {
    const unit = chosen(site.units, fault.which)!;
    const hit = await alone(unit, async () => {
      site.network!.cut(unit.name);
      await delay(fault.forMs);
      site.network!.heal(unit.name);
    });
    return hit === null ? null : { host: unit.name };
  },
};

/** Makes every fault at its time. Resolves when all are over. */
export async function makeFaults(tools: FaultTools, faults: readonly Fault[]): Promise<void> {
  const { journal, onOver } = tools;
  const going: Promise<void>[] = [];
  for (const fault of faults) {
    await delay(Math.max(0, fault.atMs - journal.now()));
    journal.note('fault', { kind: fault.kind, forMs: fault.forMs });
    going.push(
      acts[fault.kind](tools, fault).then((hit) => {
        journal.note(hit === null ? 'fault hit nothing' : 'fault over', { kind: fault.kind, ...hit });
        if (hit !== null) onOver(fault);
      }),
    );
  }
  await Promise.all(going);
}

function chosen<T>(candidates: readonly T[], share: number): T | undefined {
  return candidates[Math.floor(share * candidates.length)];
}

function running(units: readonly Unit[]): number[] {
  return units.flatMap((unit) => unit.pid ?? []);
}

function workers(site: Site): number[] {
  return site.pools.flatMap((pool) => pool.children());
}

function signalOne(pids: readonly number[], fault: Fault, signal: NodeJS.Signals): object | null {
  const pid = chosen(pids, fault.which);
  if (pid === undefined) return null;
  send(pid, signal);
  return { pid };
}

async function freezeOne(pids: readonly number[], fault: Fault): Promise<object | null> {
  const hit = signalOne(pids, fault, 'SIGSTOP') as { pid: number } | null;
  if (hit === null) return null;
  await delay(fault.forMs);
  send(hit.pid, 'SIGCONT');
  return hit;
}

/** What has a fault now. Servers and links have one fault at a time. */
const waiting = new WeakSet<object>();

async function alone(what: object, work: () => Promise<unknown>): Promise<object | null> {
  if (waiting.has(what)) return null;
  waiting.add(what);
  try {
    await work();
    return {};
  } finally {
    waiting.delete(what);
  }
}

function restartPostgres(
  { site }: FaultTools,
  fault: Fault,
  ending: 'fast' | 'at once',
): Promise<object | null> {
  return alone(site.postgres, async () => {
    await site.postgres.end(ending);
    await delay(fault.forMs);
    await site.postgres.start();
  });
}

function restartRedis(
  { site }: FaultTools,
  fault: Fault,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<object | null> {
  return alone(site.redis!, async () => {
    await site.redis!.end(signal);
    await delay(fault.forMs);
    await site.redis!.start();
  });
}

/** Ends a share of the units' sessions. */
async function endSessions(site: Site, fault: Fault): Promise<object | null> {
  try {
    const rows = await site.postgres.query<{ n: number }>(
      `with sessions as (select pid, row_number() over (order by pid) as n, count(*) over () as all
         from pg_stat_activity where backend_type = 'client backend' and application_name like 'landfall%')
       select count(pg_terminate_backend(pid))::int as n from sessions
       where (n * 7919 % 100) < $1`,
      [Math.round(20 + fault.which * 80)],
    );
    return rows[0].n === 0 ? null : { sessions: rows[0].n };
  } catch {
    return null;
  }
}

async function onLink(
  site: Site,
  fault: Fault,
  begin: (link: Link) => void,
  beforeHealing: (link: Link) => void = () => {},
): Promise<object | null> {
  const link = chosen(site.links, fault.which)!;
  const hit = await alone(link, async () => {
    begin(link);
    await delay(fault.forMs);
    beforeHealing(link);
    await link.heal();
  });
  return hit === null ? null : { link: link.name };
}
