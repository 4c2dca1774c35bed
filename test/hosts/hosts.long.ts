/**
 * Two coordinators and two pools of workers on hosts of their own. While small files and a large one are loaded, the
 * leader is killed, frozen and cut off, and so is a host of workers. Another coordinator takes over in time, each row
 * is there once, no file fails, and one coordinator leads in the end. LANDFALL_TEST_LONG plays it at full size.
 */
import { createReadStream, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayMakeHosts } from '../../soak/site/namespaces.ts';
import { generatedTrips } from '../e2e/site.ts';
import { until } from '../faults/support.ts';
import { tempFolder } from '../support/index.ts';
import { isTurnOf } from '../support/turn.ts';
import { type Host, type HostPool, openPool } from './pool.ts';

const isLong = process.env.LANDFALL_TEST_LONG !== undefined;
const smallFiles = isLong ? 600 : 120;
const rowsOfSmall = 5;
const rowsOfLarge = isLong ? 1_500_000 : 250_000;
const rounds = Number(process.env.LANDFALL_HOSTS_ROUNDS ?? 1);
/** In CI one of them: all take four minutes. */
const plays = (n: number) => isTurnOf(n, 5);

if (!mayMakeHosts()) {
  console.error('These tests make network namespaces: they need iproute2, and root or CAP_SYS_ADMIN.');
  if (process.env.LANDFALL_TEST_STRICT) throw new Error('network namespaces are not permitted here');
}

describe.runIf(mayMakeHosts())('a pool on several hosts', () => {
  const folder = tempFolder();
  let pool: HostPool;
  let dropped = 0;
  let large = 0;
  /** Files of the round that are still being dropped. */
  let rest: Promise<void> = Promise.resolve();
  beforeAll(async () => {
    pool = await openPool();
    pool.start('c1');
    await until('the first coordinator leads', isLed);
    pool.start('c2');
    for (const host of ['w1', 'w2'] as const) pool.start(host);
  });
  afterAll(() => pool?.close());

  const isLed = async () => {
    const there = await pool.query(`select from pg_class where oid = to_regclass('landfall.leader')`);
    return there.length > 0 && (await pool.query('select from landfall.leader')).length > 0;
  };
  const standby = (leader: Host): Host => (leader === 'c1' ? 'c2' : 'c1');

  /**
   * Drops files of a round, all of different content. Resolves when the large one is partly loaded, which it is for a
   * moment only; small ones are dropped before, and after.
   */
  async function load(): Promise<void> {
    const before = Math.floor(smallFiles / 4);
    await dropSmall(before);
    await dropLarge();
    rest = dropSmall(smallFiles - before);
    rest.catch(() => {});
    const partly = `select from landfall.chunk join landfall.file using (file_id)
      where name = 'large-${large}.csv' group by file_id
      having count(*) filter (where chunk.state = 'committed') > 0 and bool_or(chunk.state = 'planned')`;
    await until('the large file is partly loaded', async () => (await pool.query(partly)).length > 0, 120);
  }

  async function dropSmall(files: number): Promise<void> {
    for (let i = 0; i < files; i++) {
      const seed = ++dropped;
      const path = await generatedTrips(folder, `small-${seed}.csv`, rowsOfSmall, seed);
      await pool.landing.put(`trips/small-${seed}.csv`, readFileSync(path));
    }
  }

  async function dropLarge(): Promise<void> {
    large++;
    const path = await generatedTrips(folder, `large-${large}.csv`, rowsOfLarge, 1_000_000 + large);
    const writer = await pool.landing.writer(`trips/large-${large}.csv`);
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) await writer.write(piece);
    await writer.commit();
  }

  /** Every row of all rounds is there once, and nothing has failed. */
  async function expectAll(): Promise<void> {
    await rest;
    const files = dropped + large;
    const ended = `select from landfall.file where receipt is not null having count(*) = ${files}`;
    await until(`${files} files have ended`, async () => (await pool.query(ended)).length > 0, 300).catch(
      async (error) => {
        const left = await pool.query('select state, count(*)::int from landfall.file group by 1');
        throw new Error(`${error.message}: ${JSON.stringify(left)}`);
      },
    );
    const rows = dropped * rowsOfSmall + large * rowsOfLarge;
    const [found] = await pool.query(`
      select (select array_agg(distinct state) from landfall.file) as states,
        (select count(*)::int from landfall.file) as files,
        (select count(*)::int from star.fact_trip) as star,
        (select sum(rows)::int from landfall.manifest) as lake,
        (select count(*)::int from landfall.reject) as rejects,
        (select count(*)::int from (select chunk_id from landfall.chunk left join star.fact_trip using (chunk_id)
           group by chunk_id, rows_loaded having rows_loaded <> count(fact_trip.*)) as wrong) as wrong`);
    expect(found).toEqual({ states: ['done'], files, star: rows, lake: rows, rejects: 0, wrong: 0 });
  }

  /** One coordinator leads, by its lock and by the ledger. */
  async function expectOneLeader(host: Host): Promise<void> {
    const locks = `select a.application_name as name from pg_locks join pg_stat_activity a using (pid)
      where locktype = 'advisory' and granted and application_name = 'landfall coordinator pool'`;
    expect(await pool.query(locks)).toEqual([{ name: 'landfall coordinator pool' }]);
    expect((await pool.leader()).host).toBe(host);
    const others = `select from pg_stat_activity where application_name ~ '^landfall leader'
      and split_part(application_name, ' ', 3)::int <> (select term from landfall.leader)`;
    expect(await pool.query(others)).toEqual([]);
  }

  /** Resolves when the standby leads; fails after `seconds`. */
  async function takenOver({ host, term }: { host: Host; term: number }, seconds: number): Promise<void> {
    const began = Date.now();
    const next = async () => (await pool.leader()).term > term;
    await until(`${standby(host)} leads instead of ${host}`, next, seconds);
    console.log(`taken over after ${((Date.now() - began) / 1000).toFixed(1)} s`);
    expect(await pool.leader()).toEqual({ host: standby(host), term: term + 1 });
  }

  /** A leader that is back stops, and stands by when it is started again. */
  async function replaced(host: Host): Promise<void> {
    expect(await pool.ended(host)).not.toBe(0);
    expect(pool.logOf(host)).toContain('another coordinator has taken over');
    pool.start(host);
  }

  const played = (n: number, name: string, test: () => Promise<void>) => {
    if (plays(n)) it(name, test);
  };

  for (let round = 0; round < rounds; round++) {
    played(0, 'loads each row once while the leader is killed', async () => {
      await load();
      const leader = await pool.leader();
      pool.signal(leader.host, 'SIGKILL');
      await takenOver(leader, 30);
      await pool.ended(leader.host);
      pool.start(leader.host);
      await expectAll();
      await expectOneLeader(standby(leader.host));
    });

    played(1, 'loads each row once while the leader is frozen', async () => {
      await load();
      const leader = await pool.leader();
      pool.signal(leader.host, 'SIGSTOP');
      await takenOver(leader, 40);
      pool.signal(leader.host, 'SIGCONT');
      await replaced(leader.host);
      await expectAll();
      await expectOneLeader(standby(leader.host));
    });

    played(2, 'loads each row once while the leader is cut off', async () => {
      await load();
      const leader = await pool.leader();
      pool.cut(leader.host);
      await takenOver(leader, 40);
      await expectAll();
      pool.heal(leader.host);
      await replaced(leader.host);
      await expectOneLeader(standby(leader.host));
    });

    played(4, 'loads each row once while the leader is cut off with a transaction open', async () => {
      await load();
      const leader = await pool.leader();
      const open = `select from pg_stat_activity
        where application_name like 'landfall leader%' and state = 'idle in transaction'`;
      await until('it has a transaction open', async () => {
        pool.signal(leader.host, 'SIGSTOP');
        if ((await pool.query(open)).length > 0) return true;
        pool.signal(leader.host, 'SIGCONT');
        return false;
      });
      pool.cut(leader.host);
      await takenOver(leader, 40);
      pool.heal(leader.host);
      pool.signal(leader.host, 'SIGCONT');
      await replaced(leader.host);
      await expectAll();
      await expectOneLeader(standby(leader.host));
    });

    played(3, 'loads each row once while a host of workers is cut off', async () => {
      await load();
      const { host } = await pool.leader();
      pool.cut('w1');
      await new Promise((resolve) => setTimeout(resolve, 20_000));
      pool.heal('w1');
      await expectAll();
      await expectOneLeader(host);
    });
  }
});
