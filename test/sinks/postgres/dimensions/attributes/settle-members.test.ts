/** Random files, in random orders, with undo and replay between: what members show is compared with the rows. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKernel } from '../../../../../kernel/kernel.ts';
import type { Kernel } from '../../../../../kernel/types.ts';
import type {
  ChangingDimension,
  CompiledDataset,
  CompiledStar,
  LogicalType,
} from '../../../../../model/compiled.ts';
import { inTransaction } from '../../../../../platform/database/transaction.ts';
import { starDdl } from '../../../../../sinks/postgres/ddl/ddl.ts';
import { copyObserved } from '../../../../../sinks/postgres/dimensions/attributes/copy-observed.ts';
import {
  applyMembers,
  undoMembers,
} from '../../../../../sinks/postgres/dimensions/attributes/settle-members.ts';
import { Dimensions } from '../../../../../sinks/postgres/dimensions/dimensions.ts';
import { type TestDatabase, testDatabase } from '../../../../support/index.ts';
import { type Random, randomFrom } from '../../../../support/random.ts';
import { batch, codes, numbers, texts } from '../../vectors.ts';

let database: TestDatabase;
let kernel: Kernel;
beforeAll(async () => {
  database = await testDatabase();
  kernel = await createKernel();
});
afterAll(() => database.drop());

interface Row {
  readonly member: string | null;
  /** Days. */
  readonly by: number | null;
  readonly name: string | null;
  readonly size: number | null;
}
type Mode = 'latest' | 'history';

const column = (name: string, vector: string, type: 'text' | 'integer' | 'date') => ({
  name,
  vector,
  logical: { type } as LogicalType,
});

/** A star whose dimension reads vectors that begin with `role`. */
function starOf(mode: Mode, hashed: boolean, ...roles: string[]): CompiledStar {
  const dimensions = roles.map(
    (role): ChangingDimension => ({
      kind: 'lookup',
      table: 'dim_stop',
      key: 'stop_key',
      ...(hashed && { hashed: true as const }),
      natural: [column('stop', `${role}_member`, 'text')],
      attributes: [column('name', `${role}_name`, 'text'), column('size', `${role}_size`, 'integer')],
      changing: { mode, by: { vector: `${role}_by`, logical: { type: 'date' } as LogicalType } },
    }),
  );
  return { schema: 'star', fact: 'fact', columns: [], dimensions, indexes: [], keyed: null };
}

async function makeTables(star: CompiledStar): Promise<void> {
  await database.pool.query('drop schema if exists star cascade; truncate landfall.file cascade');
  const dataset = { name: 'test', description: '', mode: { kind: 'append' }, star };
  for (const statement of starDdl(dataset as unknown as CompiledDataset)) {
    if (!statement.includes('"fact"')) await database.pool.query(statement);
  }
}

/** Files of one star, as workers and coordinator load, end and undo them. */
class Site {
  readonly star: CompiledStar;
  private readonly known: Dimensions;

  constructor(star: CompiledStar) {
    this.star = star;
    this.known = new Dimensions(database.pool, star);
  }

  /** Loads a file's chunks, batch by batch. Returns their numbers. */
  async load(chunks: readonly (readonly Row[])[], batchRows: number): Promise<number[]> {
    const { rows } = await database.pool.query(
      `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state)
       values ('test', 'f', gen_random_uuid(), 'pool', 'landing', 1, 'x', 'loading') returning file_id`,
    );
    const ids: number[] = [];
    for (const [number, all] of chunks.entries()) {
      const inserted = await database.pool.query(
        `insert into landfall.chunk (file_id, number, byte_start, byte_end, line_start, state)
         values ($1, $2, 0, 1, 1, 'committed') returning chunk_id`,
        [rows[0].file_id, number],
      );
      const chunkId = inserted.rows[0].chunk_id;
      ids.push(chunkId);
      const chunk = this.known.openChunk(kernel);
      const dictionaries = new Map<string, string[]>();
      for (let from = 0; from < all.length; from += batchRows)
        await chunk.resolve(this.batchOf(all.slice(from, from + batchRows), dictionaries));
      await chunk.finish();
      const observed = chunk.takeObserved(chunkId);
      await inTransaction(database.pool, (client) => copyObserved(client, 'star', observed));
    }
    return ids;
  }

  private batchOf(rows: readonly Row[], dictionaries: Map<string, string[]>) {
    const coded = (vector: string, values: readonly (string | null)[]) => {
      if (!dictionaries.has(vector)) dictionaries.set(vector, []);
      return codes(values, dictionaries.get(vector));
    };
    const roles = this.star.dimensions.length;
    const vectors = this.star.dimensions.map((dimension, r) => {
      const { natural, attributes, changing } = dimension as ChangingDimension;
      // Each role has its share of the rows; elsewhere it has no member.
      const own = rows.map((row, i) => (i % roles === r ? row : { ...row, member: null }));
      const member = own.map((row) => row.member);
      const name = own.map((row) => row.name);
      return {
        [natural[0].vector]:
          dimension.kind === 'lookup' && dimension.hashed ? texts(member) : coded(natural[0].vector, member),
        [attributes[0].vector]: r === 0 ? coded(attributes[0].vector, name) : texts(name),
        [attributes[1].vector]: numbers(own.map(({ size }) => size)),
        [changing.by.vector]: numbers(own.map(({ by }) => by)),
      };
    });
    return batch(Object.assign({}, ...vectors));
  }

  async end(chunks: readonly number[]): Promise<void> {
    await inTransaction(database.pool, async (client) => {
      await applyMembers(client, this.star, chunks);
      await setState(chunks, 'done', client);
    });
  }

  async undo(chunks: readonly number[]): Promise<void> {
    await inTransaction(database.pool, async (client) => {
      await undoMembers(client, this.star, chunks);
      await setState(chunks, 'undone', client);
    });
  }
}

async function setState(
  chunks: readonly number[],
  state: string,
  client: { query: typeof database.pool.query },
) {
  await client.query(
    `update landfall.file f set state = $2 from landfall.chunk c where c.file_id = f.file_id and c.chunk_id = any($1)`,
    [chunks, state],
  );
}

/** Of the values as COPY writes them, with their names. */
const hashOf = ({ name, size }: Row) => {
  const texts = { name: name?.replace('\\', '\\\\').replace('\t', '\\t'), size: size?.toString() };
  const given = Object.entries(texts).filter(([, text]) => text !== undefined);
  const text = given.map(([column, value]) => `\t${column}\t${value}`).join('');
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
};
const day = (by: number | null) =>
  by === null ? '-infinity' : new Date(by * 86_400_000).toISOString().slice(0, 10);
/** As text, so that both sides sort alike. */
const lines = (rows: unknown[][]) => rows.map((row) => JSON.stringify(row)).sort();

/** The versions of each member: the slow and obvious way. */
function versionsOf(rows: readonly Row[]): unknown[][] {
  const versions: unknown[][] = [];
  for (const member of new Set(rows.flatMap((row) => row.member ?? []))) {
    const instants = new Map<number, Row>();
    for (const row of rows) {
      if (row.member !== member) continue;
      const by = row.by ?? Number.NEGATIVE_INFINITY;
      const other = instants.get(by);
      if (other === undefined || hashOf(row) > hashOf(other)) instants.set(by, row);
    }
    const inOrder = [...instants].sort(([a], [b]) => a - b).map(([, row]) => row);
    const begins = inOrder.filter((row, i) => i === 0 || hashOf(row) !== hashOf(inOrder[i - 1]));
    begins.forEach((row, i) => {
      const next = begins[i + 1];
      versions.push([member, day(row.by), next ? day(next.by) : null, row.name, row.size]);
    });
  }
  return versions;
}

/** What the members show: the last version, or nothing. */
function membersOf(rows: readonly Row[], known: ReadonlySet<string>): unknown[][] {
  const shown = new Map(
    versionsOf(rows)
      .filter((one) => one[2] === null)
      .map((one) => [one[0], one.slice(3)]),
  );
  const members = [...known].map((member) => [member, ...(shown.get(member) ?? [null, null])]);
  return [[null, null, null], ...members];
}

async function compare(mode: Mode, done: readonly Row[], known: ReadonlySet<string>): Promise<void> {
  const query = async (text: string) => (await database.pool.query({ text, rowMode: 'array' })).rows;
  expect(lines(await query('select stop, name, size from star.dim_stop'))).toEqual(
    lines(membersOf(done, known)),
  );
  if (mode === 'latest') return;
  const versions = await query(`select stop, valid_from::text, valid_to::text, h.name, h.size
    from star.dim_stop_history h join star.dim_stop using (stop_key)`);
  expect(lines(versions)).toEqual(lines(versionsOf(done)));
}

function randomRows(random: Random): Row[] {
  const all = ['a', 'b', 'ü\t\\', null];
  // Half of the chunks have long runs, for other files to split.
  const isRun = random.below(2) === 0;
  const names = isRun ? [random.pick(all)] : all;
  const days = random.pick([2, 5, 30]);
  return Array.from({ length: random.below(12) }, () => ({
    member: random.pick(['A', 'B', 'C', null]),
    by: random.below(8) === 0 ? null : random.below(days) - 1,
    name: random.pick(names),
    size: !isRun && random.below(4) === 0 ? random.pick([1, null]) : 0,
  }));
}

const cases = (['latest', 'history'] as const).flatMap((mode) =>
  [false, true].flatMap((hashed) => [1, 2, 3].map((seed) => ({ mode, hashed, seed }))),
);

describe('members of random files', () => {
  it.each(cases)(
    'show what the rows of done files say: $mode, hashed $hashed, seed $seed',
    async ({ mode, hashed, seed }) => {
      const random = randomFrom(seed * 4 + Number(hashed) * 2 + Number(mode === 'latest'));
      await makeTables(starOf(mode, hashed, 'start'));
      // Two datasets share the table, and the second has two roles of it.
      const sites = [new Site(starOf(mode, hashed, 'start')), new Site(starOf(mode, hashed, 'from', 'to'))];
      const files = Array.from({ length: 7 }, (_, i) => ({
        site: sites[i % 2],
        chunks: Array.from({ length: 1 + random.below(2) }, () => randomRows(random)),
        ids: null as number[] | null,
        done: false,
      }));
      const known = new Set<string>();
      for (let step = 0; step < 40; step++) {
        const file = random.pick(files);
        if (file.ids === null) {
          file.ids = await file.site.load(file.chunks, 1 + random.below(6));
          for (const { member } of file.chunks.flat()) if (member !== null) known.add(member);
        } else if (!file.done && random.below(4) > 0) {
          await file.site.end(file.ids);
          file.done = true;
        } else {
          await file.site.undo(file.ids);
          file.done = false;
          file.ids = null;
        }
        const done = files.filter((one) => one.done).flatMap(({ chunks }) => chunks.flat());
        await compare(mode, done, known);
      }
      for (const { site, ids } of files) if (ids !== null) await site.undo(ids);
      await compare(mode, [], known);
      expect((await database.pool.query('select from star.dim_stop_observed')).rowCount).toBe(0);
    },
  );

  it('are split by a late row where the next row of the run is', async () => {
    const star = starOf('history', false, 'start');
    await makeTables(star);
    const site = new Site(star);
    const row = (by: number, name: string): Row => ({ member: 'A', by, name, size: 0 });
    const run = [1, 3, 5, 7].map((by) => row(by, 'a'));
    const late = [row(4, 'b')];
    await site.end(await site.load([run], 4));
    const ids = await site.load([late], 1);
    await site.end(ids);
    const known = new Set(['A']);
    expect(versionsOf([...run, ...late]).map(([, from, to]) => [from, to])).toEqual([
      ['1970-01-02', '1970-01-05'],
      ['1970-01-05', '1970-01-06'],
      ['1970-01-06', null],
    ]);
    await compare('history', [...run, ...late], known);
    await site.undo(ids);
    await compare('history', run, known);
  });
});
