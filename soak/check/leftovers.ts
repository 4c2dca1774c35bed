/** Finds what must not be left when all is quiet, and counts what may be left because no reader sees it. */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openQueues } from '../../platform/queue/index.ts';
import type { Site } from '../site/site.ts';

export interface Leftovers {
  /** What must not be left. */
  readonly faults: readonly string[];
  /** Objects in the lake's store that readers do not see. */
  readonly unseen: Readonly<Record<string, number>>;
}

export async function findLeftovers(site: Site): Promise<Leftovers> {
  const { folder } = site;
  const faults: string[] = [];
  const landed = filesBelow(join(folder, 'landing'));
  if (landed.length > 0)
    faults.push(`${landed.length} files still lie in landing: ${landed.slice(0, 5).join(', ')}`);
  faults.push(...(await heldJobs(site)));
  return { faults, unseen: await unseenObjects(site) };
}

/** The jobs still in the queues, one line each. A job whose process lost its lock stays until another takes it. */
export async function heldJobs({ postgres, redis }: Site): Promise<string[]> {
  const redisUrl = redis === null ? null : `redis://127.0.0.1:${redis.port}`;
  const queues = await openQueues({ databaseUrl: postgres.url(postgres.port), redisUrl, scope: 'pool' });
  const counts = await queues.counts();
  await queues.close();
  return Object.entries(counts).flatMap(([queue, states]) =>
    Object.entries<number>(states)
      .filter(([, jobs]) => jobs > 0)
      .map(([state, jobs]) => `the ${queue} queue still holds ${jobs} jobs (${state})`),
  );
}

async function unseenObjects({ folder, postgres }: Site): Promise<Record<string, number>> {
  const parts = await postgres.query<{ path: string }>(
    `select path from landfall.part where shared_id is null
     union all select path from landfall.shared_part where listed`,
  );
  const listed = new Set(parts.map(({ path }) => path));
  const unseen = { 'parts that no manifest lists': 0, staged: 0, 'in the spool': 0 };
  for (const path of filesBelow(join(folder, 'lake'))) {
    if (path.startsWith('.landfall/spool')) unseen['in the spool'] += 1;
    else if (path.startsWith('_staging/') || path.startsWith('.landfall')) unseen.staged += 1;
    else if (path.endsWith('.parquet') && !path.startsWith('quarantine/') && !listed.has(path)) {
      unseen['parts that no manifest lists'] += 1;
    }
  }
  return unseen;
}

/** Paths of the files below a folder, relative to it. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
