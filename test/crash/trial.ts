/** Sites that do the same: one where nobody dies, and one or two where somebody does, every round. */
import { randomBytes } from 'node:crypto';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, expect } from 'vitest';
import type { Backend } from '../e2e/site.ts';
import { account } from './account.ts';
import { type Death, Round } from './round.ts';
import type { Scenario } from './scenario.ts';
import { type CrashSite, crashSite, type Settings } from './site.ts';

interface Tried {
  readonly name: string;
  readonly dies: boolean;
  readonly site: CrashSite;
}

export class Trial {
  private readonly tried: readonly Tried[];
  private rounds = 0;

  private constructor(tried: readonly Tried[]) {
    this.tried = tried;
  }

  /** `backends`: of the queues at whose sites somebody dies. */
  static async open(settings: Scenario['settings'], backends: readonly Backend[]): Promise<Trial> {
    const dying = backends.map((backend) => ({ name: `queue on ${backend}`, backend, dies: true }));
    const all = [{ name: 'where nobody dies', backend: 'postgres' as const, dies: false }, ...dying];
    const tried = all.map(async ({ backend, ...one }) => {
      const site = await crashSite(backend, await settingsOf(settings));
      site.supervise('coordinator');
      site.supervise('worker');
      return { ...one, site };
    });
    return new Trial(await Promise.all(tried));
  }

  /** The scenario at every site. What is there afterwards must be the same. */
  async round(scenario: Scenario, death: Death): Promise<void> {
    const number = ++this.rounds;
    await this.agree(async ({ site, dies }) => {
      const { rows } = await site.pool.query('select coalesce(max(file_id), 0) as newest from landfall.file');
      await scenario.run(new Round(site, number, dies ? death : null));
      return account(site, rows[0].newest);
    });
  }

  /** All that the sites hold, of all rounds. */
  compare(): Promise<void> {
    return this.agree(({ site }) => account(site));
  }

  async close(): Promise<void> {
    await Promise.all(this.tried.map(({ site }) => site.close()));
  }

  /** Waits for all, also where one fails: none may be closed under its work. */
  private async agree(work: (tried: Tried) => Promise<unknown>): Promise<void> {
    const outcomes = await Promise.allSettled(this.tried.map(work));
    const found = outcomes.map((outcome, i) => {
      if (outcome.status === 'fulfilled') return outcome.value;
      throw new Error(`${this.tried[i].name}: ${(outcome.reason as Error).message}`, {
        cause: outcome.reason,
      });
    });
    for (const [i, { name }] of this.tried.entries()) expect(found[i], name).toEqual(found[0]);
  }
}

async function settingsOf(settings: Scenario['settings']): Promise<Settings> {
  if (settings === 'largeChunks') return { LANDFALL_CHUNK_BYTES: String(1 << 20) };
  return settings === 'bucket' ? bucket() : {};
}

let server: Promise<FauxqsServer> | null = null;
afterAll(async () => (await server)?.stop());

/** A prefix of its own in a bucket. The test itself looks into it, so it has the settings too. */
async function bucket(): Promise<Settings> {
  server ??= startFauxqs({ port: 0, logger: false }).then((started) => {
    started.createBucket('crash');
    return started;
  });
  const access = {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(await server).port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  Object.assign(process.env, access);
  return { ...access, STORES: `s3://crash/${randomBytes(6).toString('hex')}` };
}
