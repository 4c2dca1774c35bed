import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHead } from '../../../kernel/dialect/header.ts';
import { readRecords } from '../../oracle/csv.ts';
import { plays } from '../../support/long.ts';
import { comma } from '../read.ts';

const head = (text: string, dialect = comma) => readHead(Buffer.from(text), dialect);

describe('readHead', () => {
  it('reads the fields and says where the next record begins', () => {
    expect(head('a,b\n1,2\n')).toMatchObject({ fields: ['a', 'b'], bytes: 4 });
    expect(head('"a ""x""","b\nc"\r\n1')).toMatchObject({ fields: ['a "x"', 'b\nc'], bytes: 17 });
    expect(head('a;b,c\n', { ...comma, delimiter: ';' })).toMatchObject({ fields: ['a', 'b,c'], bytes: 6 });
    expect(head('"a",b\n', { ...comma, quote: null })).toMatchObject({ fields: ['"a"', 'b'], bytes: 6 });
    expect(head(' a\t, "b"\n', { ...comma, trim: true })).toMatchObject({ fields: ['a', 'b'], bytes: 9 });
  });

  it('passes a BOM and blank lines', () => {
    expect(head('\ufeff\r\n\na,ü\r\nx')).toMatchObject({ fields: ['a', 'ü'], bytes: 12 });
  });

  it('is null where the record is not whole', () => {
    for (const text of ['', 'a', 'a,b', '"a\n', '"a\nb"', '\ufeff', '\n\r\n']) expect(head(text)).toBeNull();
  });

  it('agrees with the oracle on any records', () => {
    const piece = fc.constantFrom('a', ',', '"', '""', '\n', '\r\n', 'é', ' ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const bytes = Buffer.from(`${pieces.join('')}\n`);
        const record = readRecords(bytes, comma, 0)[0];
        const found = readHead(bytes, comma);
        if (!record || record.badQuote) return;
        expect(found?.fields).toEqual(
          record.fields.map((field) => Buffer.from(field.bytes).toString('utf8')),
        );
        expect([record.end + 1, record.end + 2]).toContain(found?.bytes);
      }),
      { numRuns: plays(170, 2_500) },
    );
  });
});
