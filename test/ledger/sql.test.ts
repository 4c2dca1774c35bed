import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { migrations, sql } from '../../ledger/sql.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const names = readdirSync(`${root}ddl/statements`, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.sql'))
  .map((file) => file.slice(0, -4));

describe.each(names)('statement %s', (name) => {
  const lines = sql(name).split('\n');
  const header = lines.filter((line) => line.startsWith('--'));
  const body = lines.filter((line) => !line.startsWith('--')).join('\n');

  it('is one statement, and its header says what it does and names its parameters in order', () => {
    expect(lines[0]).toMatch(/^-- (?!\$\d|row )/);
    expect(body).not.toContain(';');
    const named = header.flatMap((line) => /^-- \$(\d+) {1,2}\w+/.exec(line)?.[1] ?? []).map(Number);
    const used = [...new Set([...body.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))];
    expect(named).toEqual(used.sort((a, b) => a - b));
    expect(named).toEqual(named.map((_, i) => i + 1));
  });
});

it('every statement is used by somebody', () => {
  const source = ['ledger', 'coordinator', 'workers', 'sinks']
    .flatMap((room) => readdirSync(`${root}${room}`, { recursive: true }).map((file) => `${room}/${file}`))
    .filter((file) => file.endsWith('.ts') && !file.startsWith('ledger/statements/catalogue/'))
    .map((file) => readFileSync(`${root}${file}`, 'utf8'))
    .join('\n');
  expect(names.filter((name) => !source.includes(`'${name}'`))).toEqual([]);
});

it('migrations are numbered without a gap', () => {
  const numbers = migrations().map(({ name }) => Number(name.slice(0, 4)));
  expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  expect(numbers.length).toBeGreaterThan(0);
});
