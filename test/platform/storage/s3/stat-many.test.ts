import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoredObject } from '../../../../platform/storage/contract.ts';
import { statMany } from '../../../../platform/storage/s3/stat-many.ts';

const objectAt = (key: string): StoredObject => ({
  key,
  bytes: 1,
  modifiedAt: new Date(0),
  fingerprint: key,
});
const byUtf8 = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** A store with these keys, listed in this order, that counts what it is asked. */
function storeOf(keys: readonly string[], pageKeys: number) {
  const asked = { stats: 0, pages: 0 };
  return {
    asked,
    async stat(key: string) {
      asked.stats++;
      return keys.includes(key) ? objectAt(key) : null;
    },
    async page(prefix: string, after: string) {
      asked.pages++;
      const listed = keys.filter((key) => key.startsWith(prefix) && byUtf8(key, after) > 0);
      return { objects: listed.slice(0, pageKeys).map(objectAt), isLast: listed.length <= pageKeys };
    },
  };
}

const partsOf = (files: number, partitions: number) =>
  Array.from(
    { length: files * partitions },
    (_, i) => `t/p=${i % partitions}/f${Math.floor(i / partitions)}-c0`,
  );

it('lists the parts of each partition once, those that are missing included', async () => {
  const keys = [...partsOf(6, 5), 't/p=2/f9-c0', 't/p=3/f9-c0'];
  const store = storeOf(partsOf(6, 5).sort(byUtf8), 1000);
  const found = await statMany(store, keys);
  expect(found.map((object) => object?.key ?? null)).toEqual([...partsOf(6, 5), null, null]);
  expect(store.asked).toEqual({ stats: 0, pages: 5 });
});

it('asks for few keys one by one, and does not list what is between keys far apart', async () => {
  const many = Array.from({ length: 50_000 }, (_, i) => `t/${String(i).padStart(5, '0')}`);
  const apart = many.filter((_, i) => i % 5_000 === 0);
  const store = storeOf(many, 1000);
  expect((await statMany(store, apart)).every((object) => object !== null)).toBe(true);
  expect(store.asked.pages).toBe(1);
  await statMany(store, many.slice(0, 3));
  expect(store.asked.pages).toBe(1);
  store.asked.stats = 0;
  await statMany(store, many.slice(20_000, 24_500));
  expect(store.asked).toEqual({ stats: 0, pages: 6 });
});

it('finds what is there, whatever the keys, with hardly more requests than keys', async () => {
  const character = fc.constantFrom('a', 'b', '-', '\u{ff61}', '\u{1f600}', '/');
  const key = fc
    .string({ unit: character, minLength: 1, maxLength: 4 })
    .map((text) => `f${text.replace(/\/+/g, '/x')}`);
  const keys = fc.uniqueArray(key, { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(keys, fc.array(key, { maxLength: 30 }), fc.nat(9), async (there, others, size) => {
      const store = storeOf([...there].sort(byUtf8), size + 1);
      const wanted = [...others, ...there.filter((_, i) => i % 2 === 0)];
      const found = await statMany(store, wanted);
      expect(found).toEqual(wanted.map((one) => (there.includes(one) ? objectAt(one) : null)));
      const folders = new Set(wanted.map((one) => one.slice(0, one.lastIndexOf('/') + 1)));
      expect(store.asked.stats + store.asked.pages).toBeLessThanOrEqual(new Set(wanted).size + folders.size);
    }),
    { numRuns: 2000 },
  );
});
