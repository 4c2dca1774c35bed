import { expect, test } from 'vitest';
import { toJson } from '../../ledger/json.ts';

test('whatever a message quotes becomes JSON that PostgreSQL takes', () => {
  expect(toJson({ value: 2n ** 70n, list: [1n], text: 'a\0b\ud83d', none: null })).toBe(
    '{"value":"1180591620717411303424","list":["1"],"text":"a\u2400b\ufffd","none":null}',
  );
});
