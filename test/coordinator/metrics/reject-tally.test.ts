import { afterAll, beforeAll, expect, it } from 'vitest';
import { RejectTally } from '../../../coordinator/metrics/reject-tally.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { Yard } from '../progress/support.ts';

let database: TestDatabase;
let yard: Yard;
beforeAll(async () => {
  database = await testDatabase();
  yard = new Yard(database);
});
afterAll(() => database.drop());

/** A file with a receipt, and its number. `parent`: of the file that it ended with. */
async function ended(rejectsByCode: Record<string, number>, parent: number | null = null, dataset = 'trips') {
  const { fileId } = await yard.land();
  await database.pool.query(
    'update landfall.file set receipt = $2, parent_id = $3, dataset = $4 where file_id = $1',
    [fileId, { rejectsByCode }, parent, dataset],
  );
  return fileId;
}

it('counts each file once, with its children, by dataset and code', async () => {
  const tally = new RejectTally(database.pool);
  expect(await tally.read()).toEqual([]);
  const first = await ended({ LF_REJECT_TYPE: 2, LF_REJECT_KEY: 1 });
  await ended({ LF_REJECT_TYPE: 5 }, first, 'lines');
  await ended({ LF_REJECT_TYPE: 100 });
  tally.note(first);
  const counts = [
    { dataset: 'lines', code: 'LF_REJECT_TYPE', count: 5 },
    { dataset: 'trips', code: 'LF_REJECT_KEY', count: 1 },
    { dataset: 'trips', code: 'LF_REJECT_TYPE', count: 2 },
  ];
  const [one, two] = await Promise.all([tally.read(), tally.read()]);
  expect([one, two]).toEqual([counts, counts]);
  tally.note(await ended({ LF_REJECT_TYPE: 3 }));
  tally.note(await ended({}));
  expect((await tally.read()).at(-1)).toEqual({ dataset: 'trips', code: 'LF_REJECT_TYPE', count: 5 });
});

it('keeps what it could not ask about for the next time', async () => {
  let away = true;
  const pool = {
    query: async (...args: [never]) => {
      if (away) throw new Error('away');
      return database.pool.query(...args);
    },
  };
  const tally = new RejectTally(pool as never);
  tally.note(await ended({ LF_REJECT_TYPE: 4 }));
  await expect(tally.read()).rejects.toThrow('away');
  away = false;
  expect(await tally.read()).toEqual([{ dataset: 'trips', code: 'LF_REJECT_TYPE', count: 4 }]);
});

it('stays bounded where nobody asks', async () => {
  const asked: number[] = [];
  const pool = {
    query: async (_text: string, [fileIds]: [number[]]) => {
      asked.push(fileIds.length);
      return { rows: [] };
    },
  };
  const tally = new RejectTally(pool as never);
  for (let fileId = 1; fileId <= 1_000; fileId++) tally.note(fileId);
  await tally.read();
  expect(asked).toEqual([1_000]);
});
