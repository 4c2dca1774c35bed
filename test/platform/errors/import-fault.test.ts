import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { definitionsIn, openImports } from '../../../model/definitions/import-file.ts';
import { importFault } from '../../../platform/errors/import-fault.ts';
import { tempFolder } from '../../support/index.ts';

async function faultOf(text: string, files: Readonly<Record<string, string>> = {}) {
  const folder = tempFolder();
  const file = join(folder, 'shop.ts');
  for (const [name, content] of Object.entries({ ...files, 'shop.ts': text })) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const importing = definitionsIn({ file, named: true }, await openImports({}));
  const error: Error = await importing.then(
    () => expect.unreachable(),
    (fault) => fault,
  );
  return error.message.replaceAll(folder, '.');
}

it.each([
  [
    'a comma that is missing',
    "export default {\n  name: 'shop'\n  columns: {},\n};\n",
    './shop.ts cannot be imported: Unexpected token, expected ",", in line 3:\n  3 |   columns: {},',
  ],
  [
    'the end of the file',
    'export default {{',
    './shop.ts cannot be imported: Unexpected token, in line 1:\n  1 | export default {{',
  ],
  ['a value that is not an error', "throw 'nothing';\n", './shop.ts cannot be imported: nothing'],
  [
    'an import that is not there',
    "import { price } from './price.ts';\nexport default price;\n",
    "./shop.ts cannot be imported: Cannot find module './price.ts', in line 1:\n  1 | import { price } from './price.ts';",
  ],
])('%s is said with its line', async (_, text, message) => {
  expect(await faultOf(text)).toBe(message);
});

it('a mistake in a file that it imports is said with the name of that file', async () => {
  const files = { 'lib/price.ts': 'export const price = ;\n' };
  expect(await faultOf("import { price } from './lib/price.ts';\nexport default price;\n", files)).toBe(
    './shop.ts cannot be imported: Unexpected token, in line 1 of ./lib/price.ts:\n  1 | export const price = ;',
  );
});

it('what a definition throws is said with the line of the innermost call that is not installed', async () => {
  const folder = tempFolder();
  const file = join(folder, 'shop.ts');
  writeFileSync(file, '\n\nexport default defineShop(prices);\n');
  const error = new Error('no price\nat all');
  error.stack = [
    'Error: no price',
    '    at check (/app/node_modules/landfall/dist/model/check.js:7:9)',
    `    at defineShop (${file}:3:16)`,
    `    at ${file}:9:1`,
  ].join('\n');
  expect(await importFault(error, file)).toBe(
    'no price, in line 3:\n  3 | export default defineShop(prices);',
  );
  // Its file may be gone by now.
  error.stack = `Error: no price\n    at ${join(folder, 'gone.ts')}:3:16`;
  expect(await importFault(error, file)).toBe(`no price, in line 3 of ${join(folder, 'gone.ts')}`);
});

it('a long line is cut', async () => {
  const message = await faultOf(`export const text = '${'x'.repeat(500)}' +;\n`);
  expect(message).toMatch(/\n {2}1 \| export const text = 'x+ …$/);
  expect(message.length).toBeLessThan(300);
});
