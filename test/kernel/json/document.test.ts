/** What stands around the records of a document, in pieces of every size. */
import { describe, expect, it } from 'vitest';
import { DocumentFault, findRecords } from '../../../kernel/json/document.ts';
import { DocumentCut } from '../../../kernel/json/document-cut.ts';

/** Where records begin, and the lines of the document, read in pieces of `size` bytes; or what is wrong. */
function cut(text: string, keys: string[], size: number): unknown {
  const bytes = Buffer.from(text);
  try {
    const start = findRecords(bytes, keys, true)!;
    const document = new DocumentCut(keys, { byte: start.at, lines: 0 }, start.hasNone);
    const starts: string[] = [];
    for (let at = start.at; at < bytes.length; at += size) {
      const border = document.push(bytes.subarray(at, Math.min(bytes.length, at + size)), start.at);
      if (border !== null) starts.push(`${border.lines} ${bytes.subarray(border.byte, border.byte + 4)}`);
    }
    document.end();
    return starts;
  } catch (error) {
    if (error instanceof DocumentFault) return `${error.byte} ${error.message}`;
    throw error;
  }
}

describe('a document', () => {
  it('is followed from record to record, whatever its pieces', () => {
    const text =
      '\ufeff {"a":{"b":[0]},"b":{"c":[],"a":[ [1] ,\n{"]":"}"}, "x,\\"," ,77]} , "d":{"a":[{}]}}\r\n';
    expect(cut(text, ['b', 'a'], 1)).toEqual(['0 [1] ', '1 {"]"', '1 "x,\\', '1 77]}']);
    // One border a piece is enough: chunks are longer than pieces.
    for (let size = 1; size < 90; size++) expect(Array.isArray(cut(text, ['b', 'a'], size))).toBe(true);
    expect(cut('{"a":null}', ['a'], 3)).toEqual([]);
    expect(cut('[]', [], 3)).toEqual([]);
  });

  it.each<[text: string, keys: string[], fault: string]>([
    ['[1,2', [], '4 it ends within the record that begins at byte 3'],
    ['[1,', [], '3 it ends before the array of its records does'],
    ['{"a":[1]', ['a'], '8 it ends before the objects around its records do'],
    ['[1] x', [], '4 something follows its end'],
    ['{"a":[1],"b":{"a":1},"\\u0061":2}', ['a'], '28 it has $.a twice'],
    ['{"x":{"a":[1]},"b":2,"x":3}', ['x', 'a'], '23 it has $.x twice'],
    ['{"a":[1] 5}', ['a'], '9 a value is out of place after its records'],
    ['{"b":1}', ['a'], '6 there is no $.a: its object has only "b"'],
    ['{"a":{"b":[]}}', ['a'], '5 there is an object instead of an array'],
    ['<html>', [], '0 there is "<", which begins no JSON value, instead of an array'],
    ['{"a"', ['a'], '4 a colon should follow the key'],
    ['{"b":[1', ['a'], '7 it ends before its records'],
  ])('%s is refused', (text, keys, fault) => {
    for (const size of [1, 2, 3, 50]) expect(cut(text, keys, size)).toContain(fault);
  });

  it.each(['{"\\x', '{"\\u12x4', '{"\\u12'])('%s is refused, whole or not', (text) => {
    expect(() => findRecords(Buffer.from(`${text}": `), ['a'], false)).toThrow('the escape is not one of');
  });

  it('asks for more bytes until its records begin', () => {
    const text = '{"b\\"\\u00e9":"[\\"",  "a": [1]}';
    const bytes = Buffer.from(text);
    for (let end = 0; end < bytes.length; end++) {
      const found = findRecords(bytes.subarray(0, end), ['a'], false);
      expect(found?.at ?? null).toBe(end > text.indexOf('[1') ? text.indexOf('[1') + 1 : null);
    }
  });
});
