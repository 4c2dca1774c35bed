import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonObjects } from '../../../model/file/extra.ts';
import { textAt } from '../../../model/types/text.ts';
import { vectorOf } from '../support.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('"', '\\', '\n\u0001\u001f', ''),
);

it('reads back as the values that are not null, for any text', () => {
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((columns) =>
      fc.array(fc.array(fc.option(text), { minLength: columns, maxLength: columns }), { maxLength: 30 }),
    );
  const names = ['a', 'b "quoted"', 'ü\n', '\\', 'e'];
  fc.assert(
    fc.property(table, (rows) => {
      const width = rows[0]?.length ?? 0;
      const columns = Array.from({ length: width }, (_, c) => rows.map((row) => row[c]));
      const vectors = columns.map((values) => vectorOf({ type: 'text' }, values));
      const objects = jsonObjects(names.slice(0, width), vectors, rows.length);
      let nulls = 0;
      rows.forEach((row, i) => {
        const given = Object.fromEntries(
          row.flatMap((value, c) => (value === null ? [] : [[names[c], value]])),
        );
        const valid = (objects.validity![i >> 3] & (1 << (i & 7))) !== 0;
        if (Object.keys(given).length === 0) nulls++;
        expect(valid).toBe(Object.keys(given).length > 0);
        if (valid) expect(JSON.parse(textAt(objects, i))).toEqual(given);
      });
      expect(objects.nullCount).toBe(nulls);
    }),
  );
});
