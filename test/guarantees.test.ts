/** docs/guarantees.md names tests that there are. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './cli/run.ts';

const page = readFileSync(join(root, 'docs/guarantees.md'), 'utf8');
const lines = page.split('\n').filter((line) => line.startsWith('- [test/'));

describe('docs/guarantees.md', () => {
  it('names tests for its promises', () => {
    expect(lines.length).toBeGreaterThan(25);
    const promises = page.split(/^## (?=\d)/m).slice(1);
    expect(promises.length).toBe(page.match(/^\| \[\d+ /gm)!.length);
    for (const promise of promises) expect(promise, promise.split('\n')[0]).toContain('- [test/');
  });

  it.each(lines)('%s', (line) => {
    const [, file, target] = /^- \[([^\]]+)\]\(([^)]+)\)/.exec(line)!;
    expect(target).toBe(`../${file}`);
    expect(existsSync(join(root, file))).toBe(true);
    const code = readFileSync(join(root, file), 'utf8');
    for (const [, name] of line.matchAll(/(?<!\*)\*([^*]+)\*(?!\*)/g)) expect(code).toContain(`'${name}'`);
  });

  it('links to its own headings', () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, text]) =>
      text
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(headings).toContain(anchor);
  });
});
