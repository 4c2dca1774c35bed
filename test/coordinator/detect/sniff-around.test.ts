/** Files as programs write them, with what stands around their records left to the file. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settleLayout } from '../../../coordinator/detect/settle-layout.ts';
import { readRecord } from '../../../kernel/dialect/header.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { date, defineDataset, numeric, text } from '../../../model/index.ts';
import type { Dialect } from '../../../model/language/define.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { plays } from '../../support/long.ts';

function layout(content: string, dialect: Dialect | 'auto' = 'auto') {
  const dataset = compileDataset(
    defineDataset({
      name: 'bookings',
      dialect,
      columns: {
        booked_on: date({ aliases: ['Buchungstag'] }),
        payee: text({ aliases: ['Empfänger'] }),
        amount: numeric(12, 2, { aliases: ['Betrag (EUR)'] }),
      },
      star: { fact: 'fact_booking', columns: ['booked_on', 'payee', 'amount'] },
    }),
  );
  return settleLayout(dataset, { name: 'bookings.csv', bytes: Buffer.from(content), whole: true });
}

describe('a preamble', () => {
  it('of a bank, with quotes and blank lines', () => {
    const preamble = [
      '"Konto:";"DE00 1234 / Giro";',
      '',
      '"Zeitraum:";"01.05.2024 - 31.05.2024";',
      '"Kontostand vom 31.05.2024:";"1.234,50 EUR";',
      '',
    ];
    const records = [
      '"Buchungstag";"Art";"Empfänger";"Verwendungszweck";"Betrag (EUR)";',
      '"02.05.2024";"Lastschrift";"Stadtwerke, Strom";"Mai; Abschlag";"-80,00";',
      '"03.05.2024";"Gehalt";"Muster ""AG""";"";"2.500,00";',
    ];
    expect(layout([...preamble, ...records, ''].join('\r\n'))).toMatchObject({
      ...{ delimiter: ';', quote: '"', skipLines: 5, headerLines: 6, comment: null },
      ...{ fieldOfColumn: [0, 2, 4], fieldCount: 6 },
      headerBytes: Buffer.byteLength([...preamble, records[0], ''].join('\r\n')),
      detected: expect.arrayContaining(['skipLines', 'comment']),
    });
  });

  const padded = 'Bookings of May,,\n,,\nbooked_on,payee,amount\n2024-05-02,x,1\n';

  it('that a spreadsheet has filled up to the width of the records, where there is a header', () => {
    expect(layout(padded, { skipLines: 'auto' })).toMatchObject({ skipLines: 2, header: { length: 3 } });
  });

  it('that may be records is not guessed at', () => {
    expect(() => layout(padded)).toThrow(
      expect.objectContaining({
        code: 'LF_DIALECT_AMBIGUOUS',
        message: expect.stringContaining(
          'with no header a record is "Bookings of May" "" ""; with the header in line 3 a record is "2024-05-02" "x" "1"',
        ),
      }),
    );
  });

  it('of records with a header, that has the header again, is none', () => {
    const records = 'booked_on,payee,amount\n2024-05-02,x,1\nbooked_on,payee,amount\n2024-05-03,y,2\n';
    expect(layout(records)).toMatchObject({ skipLines: 0, headerLines: 1 });
  });

  it('is as long as the definition says where it does', () => {
    const file = 'May\nbooked_on,payee,amount\nbooked_on,payee,amount\n';
    expect(layout(file, { skipLines: 2 })).toMatchObject({ headerLines: 3 });
    expect(() => layout(file, { delimiter: 'auto' })).toThrow(expect.objectContaining({ code: 'LF_HEADER' }));
  });
});

describe('comments', () => {
  const header = 'booked_on\tpayee\tamount\n';

  it('above the header are a preamble: what comes later may begin with # too', () => {
    const above = '# ----------\n# Bookings, "all\n# 2024-05-01 - 2024-05-31\n# ----------\n\n';
    expect(layout(`${above}${header}2024-05-02\tx\t1\n`)).toMatchObject({
      ...{ delimiter: '\t', comment: null, skipLines: 5, headerLines: 6 },
    });
  });

  it('between records that are all alike', () => {
    const file = `# all\n${header}2024-05-02\tx\t1\n# "corrected:\n2024-05-03\ty\t2\n#\n`;
    expect(layout(file)).toMatchObject({ delimiter: '\t', quote: '"', comment: '#', skipLines: 0 });
  });

  it('are none where records begin so', () => {
    const tags = 'payee,amount,booked_on\n#a,1,2024-05-01\n"#b",2,2024-05-01\n#c,3,2024-05-01\nd,4,\n';
    expect(layout(tags)).toMatchObject({ comment: null, skipLines: 0, headerLines: 1 });
  });

  it('that may be records are not guessed at', () => {
    expect(() => layout(`${header}2024-05-02\tx\t1\n#2024-05-03\ty\t2\n# "note\n`)).toThrow(
      expect.objectContaining({
        code: 'LF_DIALECT_AMBIGUOUS',
        message: expect.stringContaining(
          String.raw`"# \"note" looks like a comment, "#2024-05-03\ty\t2" like a record`,
        ),
      }),
    );
  });

  it('are what the definition says where it does', () => {
    const file = `# all\n${header}#2024-05-03\ty\t2\n# note\n`;
    expect(layout(file, { delimiter: '\t', comment: '#' })).toMatchObject({ comment: '#', headerLines: 2 });
    expect(layout(file, { delimiter: '\t', skipLines: 'auto' })).toMatchObject({
      comment: null,
      skipLines: 1,
    });
  });
});

it('a first line that names the delimiter, above a preamble', () => {
  expect(layout('sep=|\nMay\n\nbooked_on|payee|amount\n2024-05-02|a,b,c|1\n')).toMatchObject({
    ...{ delimiter: '|', skipLines: 3, headerLines: 4 },
  });
});

it('a file with nothing around its records is read as before', () => {
  expect(layout('booked_on,payee,amount\n2024-05-02,x # 1,1\n')).toMatchObject({
    ...{ delimiter: ',', comment: null, skipLines: 0, headerLines: 1 },
  });
});

describe('a line that may be a row', () => {
  const comma = { delimiter: ',', quote: '"', trim: false };
  const fieldsOf = (line: string) => readRecord(Buffer.from(line), 0, comma)?.fields ?? [];
  const isRow = (line: string) => fieldsOf(line).length === 3;
  const areRows = (some: readonly string[]) => some.length > 0 && some.every(isRow);

  /** What is read of the file, a header left out; null where it is refused. */
  function read(content: string, dialect: Dialect | 'auto'): string[][] | null {
    const bytes = Buffer.from(content);
    try {
      const found = layout(content, dialect)!;
      const records: string[][] = [];
      for (let at = found.headerBytes; ; ) {
        const record = readRecord(bytes, at, found, true);
        if (record === null) return records;
        records.push(record.fields);
        at = record.bytes;
      }
    } catch (error) {
      if (error instanceof LandfallError) return null;
      throw error;
    }
  }

  const value = fc.constantFrom('x', '#', '#x', '# y', '"#,"', '"a, #b"', '', '1');
  const row = fc.tuple(value, value, value).map((values) => `${values.join(',')}\n`);
  const other = fc.constantFrom('# note\n', '#\n', '#"\n', 'May\n', 'x,y\n', '\n', '# a,b,c,d\n');
  const lines = fc.array(fc.oneof({ arbitrary: row, weight: 3 }, other), { maxLength: 6 });
  const names = fc.constantFrom('booked_on,payee,amount\n', '');
  const around = { comment: 'auto', skipLines: 'auto' } as const;
  const dialects = fc.constantFrom<Dialect>(around, { ...around, header: 'auto' });

  it('is never left out: it is read, or the file is refused', () => {
    let loaded = 0;
    fc.assert(
      fc.property(lines, names, lines, dialects, (above, header, below, dialect) => {
        const found = read([...above, header, ...below].join(''), dialect);
        if (found === null) return;
        loaded += 1;
        // Above the names of the columns are rows only where all there is may be rows.
        const filled = above.filter((line) => line !== '\n');
        const unmarked = filled.filter((line) => !line.startsWith('#'));
        const mayBeRows = dialect.header === 'auto' && (areRows(filled) || areRows(unmarked));
        const rows = (header !== '' && !mayBeRows ? below : [...above, ...below]).filter(isRow);
        for (const line of rows) expect(found).toContainEqual(fieldsOf(line));
        expect(found.length).toBeGreaterThanOrEqual(rows.length);
      }),
      { numRuns: plays(1_670, 25_000), seed: 8 },
    );
    expect(loaded).toBeGreaterThan(300);
  });
});
