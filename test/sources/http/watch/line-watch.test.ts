import { describe, expect, it } from 'vitest';
import { LineWatch } from '../../../../sources/http/watch/line-watch.ts';

const records = (text: string, options = { quoted: true, headers: 1 }) => {
  const watch = new LineWatch(options);
  for (const byte of Buffer.from(text)) watch.feed(Uint8Array.of(byte));
  return watch.end().records;
};

describe('lines that stream by', () => {
  it.each([
    ['', 0],
    ['a,b\n', 0],
    ['a,b', 0],
    ['a,b\r\n1,2\r\n\r\n3,4', 2],
    ['a,b\n1,"x\ny"\n2,"say ""\n"""\n', 2],
  ])('%j has %i records', (text, count) => {
    expect(records(text)).toBe(count);
  });

  it('without quotes and a header are records each', () => {
    expect(records('{"a":"\n{"b":1}\n', { quoted: false, headers: 0 })).toBe(2);
  });

  it('that end in a quoted field are not whole', () => {
    expect(() => records('a\n"b')).toThrow('in the middle of a quoted field');
  });
});
