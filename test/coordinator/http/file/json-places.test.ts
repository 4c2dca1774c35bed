import { expect, it } from 'vitest';
import { placeOfPath } from '../../../../coordinator/http/file/json-places.ts';

/** The text that is found; null: none. */
function found(text: string, path: string): string | null {
  const place = placeOfPath(text, path);
  return place && text.slice(place.start, place.end);
}

const record = ' {"a": [1, {"b": "x]\\"}"}, [2, 3]], "c": {"a": null}, "d" : -1.5e3 , "é": true}';

it.each([
  ['$.a', '[1, {"b": "x]\\"}"}, [2, 3]]'],
  ['$.a[0]', '1'],
  ['$.a[1].b', '"x]\\"}"'],
  ['$.a[2][1]', '3'],
  ['$.a[*].b', '[1, {"b": "x]\\"}"}, [2, 3]]'],
  ['$.c.a', 'null'],
  ['$.d', '-1.5e3'],
  ["$['é']", 'true'],
  ['$', record.trim()],
  ['$.a[3]', null],
  ['$.b', null],
  ['$.d.e', null],
  ['$.c[0]', null],
  ['^.a', null],
  ['', null],
])('finds %s', (path, text) => {
  expect(found(record, path)).toBe(text);
});

it('finds in a record that is cut off or malformed what comes before that', () => {
  expect(found('{"a": 1, "b": "cut o', '$.a')).toBe('1');
  expect(found('{"a": 1, "b": "cut o', '$.b')).toBeNull();
  expect(found('{"a": [1, "cut ]', '$.a')).toBeNull();
  expect(found('{"a": 1 "b": 2}', '$.b')).toBeNull();
  expect(found('{"a" 1, "b": 2}', '$.b')).toBeNull();
  expect(found('[1,,2]', '$[2]')).toBeNull();
  expect(found('', '$')).toBeNull();
});

it('takes every place of a number, a text and a bracket for what it is, as JSON.parse does', () => {
  const value = { 'a "b"': [{}, [], '\\', '{', { c: ['"', 0] }], d: '\u2028 🦊' };
  for (const spaces of [0, 2]) {
    const text = JSON.stringify(value, null, spaces);
    expect(JSON.parse(found(text, '$["a \\"b\\""]')!)).toEqual(value['a "b"']);
    expect(JSON.parse(found(text, '$["a \\"b\\""][4].c[0]')!)).toBe('"');
    expect(JSON.parse(found(text, '$.d')!)).toBe(value.d);
  }
});
