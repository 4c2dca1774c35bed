import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { longKinds } from './longest-first.ts';

it('each kind of long file is there', () => {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).map((path) => `/test/${path}`);
  for (const kind of longKinds) expect(files.filter((path) => kind.test(path))).not.toEqual([]);
});
