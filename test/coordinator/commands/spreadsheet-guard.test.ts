import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardField, guardRecord, Unguard } from '../../../coordinator/commands/spreadsheet-guard.ts';

const commas = { delimiter: ',', quote: '"' };

function unguarded(text: string, pieces = 1): string {
  const unguard = new Unguard(commas);
  const size = Math.ceil(text.length / pieces) || 1;
  let out = '';
  for (let at = 0; at < text.length; at += size) out += unguard.push(text.slice(at, at + size));
  return out + unguard.end();
}

describe('guards', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['+cmd|calc', "'+cmd|calc"],
    ['-2+3', "'-2+3"],
    ['\t=1', "'\t=1"],
    ["'=1", "''=1"],
    ['-5', '-5'],
    ['+4.50', '+4.50'],
    ['-1e-3', '-1e-3'],
    ["it's", "it's"],
    ['', ''],
  ])('make text of %j: %j', (text, guarded) => {
    expect(guardField(text)).toBe(guarded);
  });

  it('stand in each field of a record, behind the quote of a quoted one', () => {
    expect(guardRecord('1,=A1,"=HYPERLINK(""x"",2)",-3,"a,=b"', commas)).toBe(
      `1,'=A1,"'=HYPERLINK(""x"",2)",-3,"a,=b"`,
    );
  });

  it('leave a record alone whose quote is never closed, but for that field', () => {
    expect(guardRecord('1,"=x,y', commas)).toBe(`1,"'=x,y`);
  });

  it('leave the line ends of a spreadsheet alone', () => {
    expect(unguarded("a,'\r\n'=b,c\r\n")).toBe("a,'\r\n=b,c\r\n");
  });

  it('are removed without a trace, wherever the pieces of an upload end', () => {
    const cell = fc.oneof(
      fc.constantFrom('=1', "'=1", "''-x", '-5', '+a', '@', "'", '\t', ''),
      fc.stringMatching(/^[=+\-@'",a\r\n]{0,4}$/),
    );
    const written = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 1 }), { minLength: 1 }),
        fc.nat(20),
        (rows, pieces) => {
          const records = rows.map((row) => row.map(written).join(','));
          const guarded = records.map((record) => guardRecord(record, commas)).join('\n');
          expect(unguarded(`${guarded}\n`, pieces + 1)).toBe(`${records.join('\n')}\n`);
        },
      ),
    );
  });
});
