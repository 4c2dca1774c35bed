import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonWatch } from '../../../../sources/http/watch/json-watch.ts';

/** What a watch says of a document that is fed in pieces of these sizes, in turn. */
function watched(text: string, records: string[], paths: string[], sizes: readonly number[] = [1 << 20]) {
  const watch = new JsonWatch(records, paths);
  const bytes = Buffer.from(text);
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length];
    watch.feed(bytes.subarray(at, at + size));
    at += size;
  }
  return watch.end();
}

describe('a document that streams by', () => {
  it.each([
    ['[]', [], 0],
    ['[1, "a", [2, 3], {"a": [4]}, null]', [], 5],
    ['\ufeff [ {} , {} ]\n', [], 2],
    ['{"orders": [{"id": 1, "orders": [1, 2, 3]}], "next": "x"}', ['orders'], 1],
    ['{"a": {"b": []}, "b": [1]}', ['a', 'b'], 0],
    ['{"x": [{"a": {"b": [1]}}], "a": {"c": 1, "b": [[], []]}}', ['a', 'b'], 2],
    ['{"\\u0061": ["]", "}", "\\"", "\\\\"]}', ['a'], 4],
  ])('%s has records at %j: %i', (text, records, count) => {
    for (const size of [1, 2, 3, 100]) expect(watched(text, records, [], [size]).records).toBe(count);
  });

  it('has scalars at paths, and only there', () => {
    const text = `{"next": {"url": "a\\u00e9\\"b", "n": 3, "next": null}, "more": false, "total": 12345678901234567890,
      "rows": [{"next": {"url": "no"}, "more": true}], "none": null, "obj": {}}`;
    const { values } = watched(
      text,
      ['rows'],
      ['$.next.url', '$.next.n', '$.more', '$.total', '$.none', '$.obj', '$.nowhere'],
      [1],
    );
    expect([...values]).toEqual([
      ['$.next.url', 'aé"b'],
      ['$.next.n', 3],
      ['$.more', false],
      ['$.total', '12345678901234567890'],
      ['$.none', null],
    ]);
  });

  it('is counted as JSON.parse counts, and its hash is that of its records, however it is cut', () => {
    const records = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 8 });
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        records,
        fc.jsonValue(),
        fc.integer({ min: 0, max: 2 }),
        sizes,
        (rows, other, indent, cut) => {
          const text = JSON.stringify({ other, at: { rows }, next: other }, null, indent);
          const seen = watched(text, ['at', 'rows'], ['$.next'], cut);
          const again = JSON.stringify({ later: [other], at: { rows }, next: 'other' }, null, indent);
          expect(watched(again, ['at', 'rows'], []).hash).toBe(seen.hash);
          // JSON.stringify writes -0 as 0, so what is expected comes from the text.
          const { at, next } = JSON.parse(text);
          expect(seen.records).toBe(at.rows.length);
          const isScalar = next === null || typeof next !== 'object';
          if (isScalar && typeof next !== 'number') expect(seen.values.get('$.next')).toBe(next);
          else if (isScalar) expect(Number(seen.values.get('$.next'))).toBe(next);
          else expect(seen.values.has('$.next')).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has another hash if its records are others', () => {
    expect(watched('[1,2]', [], []).hash).not.toBe(watched('[1,3]', [], []).hash);
  });

  it.each([
    ['', 'it is empty'],
    ['  ', 'it is empty'],
    ['[1, 2', 'it ends in the middle'],
    ['{"a": "b', 'it ends in the middle'],
    ['{"error": "expired"}', 'there is no array at $'],
    ['[1}', 'its brackets do not match'],
    ['[] []', 'something follows the document'],
    ['['.repeat(2000), 'it is nested too deeply'],
  ])('%s is not whole: %s', (text, fault) => {
    expect(() => watched(text, [], [], [1])).toThrow(fault);
  });
});
