/** The example of docs/rejects.md, run as it stands; what each command prints is what the document shows. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { main, root } from './cli/run.ts';
import { tempFolder, testDatabase } from './support/index.ts';

const path = join(root, 'docs/rejects.md');

/** Times and rates are another each time; sizes of parts and the number of checks are not what it shows. */
function timeless(text: string): string {
  return text
    .replace(/, [\d.,]+ s, [\d.,]+ rows\/s/g, ', …')
    .replace(/( parts?), [\d.]+ k?B/g, '$1, …')
    .replace(/\d+ of \d+ checks hold/g, 'checks hold');
}

it('docs/rejects.md shows what its commands print', { timeout: 120_000 }, async () => {
  const text = readFileSync(path, 'utf8');
  const folder = tempFolder();
  const fence = (language: string) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g');
  const [[, definition]] = text.matchAll(fence('ts'));
  const [[, orders]] = text.matchAll(fence('csv'));
  mkdirSync(join(folder, 'datasets/orders'), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  // A home: what the definition is in JavaScript is kept for the next command.
  mkdirSync(join(folder, '.landfall'));
  writeFileSync(join(folder, 'datasets/orders/dataset.ts'), definition);
  writeFileSync(join(folder, 'orders.csv'), orders);
  const landfall = `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`;
  writeFileSync(join(folder, 'bin/landfall'), landfall, { mode: 0o755 });
  const database = await testDatabase();
  const shell = promisify(execFile);
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    HOME: folder,
    DATABASE_URL: database.url,
    LANDFALL_WORKERS: '1',
    NO_COLOR: '1',
  };
  try {
    for (const [, shown] of text.matchAll(fence('console'))) {
      let printed = '';
      for (const command of shown.split('\n').filter((line) => line.startsWith('$ '))) {
        const { stdout } = await shell('sh', ['-c', command.slice(2)], { cwd: folder, env });
        printed += `${command}\n${stdout}`;
      }
      expect(timeless(shown)).toBe(timeless(printed));
    }
    const { rows } = await database.pool.query('select order_id from star.fact_order order by order_id');
    expect(rows.map((row) => row.order_id)).toEqual([1, 4]);
  } finally {
    await database.drop();
  }
});
