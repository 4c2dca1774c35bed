/** terraform/ is formatted, by rules of its own that need no Terraform. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/house/tree.ts';
import { unformatted } from './format.ts';

const folder = join(root, 'terraform');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /^(?!.*\.terraform).*\.(?:tf|hcl)$/.test(path),
);

it.each(files)('%s is as `terraform fmt` would have it', (path) => {
  expect(unformatted(readFileSync(join(folder, path), 'utf8'))).toEqual([]);
});

const formatted = 'a "b" {\n  c   = 1\n  def = "# {"\n\n  g = [for x in y : x\n  ]\n}\n';

it.each([
  ['an indent', '  c ', ' c '],
  ['a tab', '  c ', '\tc '],
  ['an = that is too near', 'c   =', 'c ='],
  ['an = that is too far', '  c   = 1\n  def =', '  c    = 1\n  def  ='],
  ['an = of a lone line', 'g = ', 'g  = '],
  ['blanks at the end', '1\n', '1 \n'],
  ['no line break at the end', '}\n', '}'],
  ['an indented bracket', '\n}\n', '\n  }\n'],
])('is not that of a file with %s', (_, from, to) => {
  expect(unformatted(formatted)).toEqual([]);
  expect(formatted).toContain(from);
  expect(unformatted(formatted.replace(from, to))).not.toEqual([]);
});
