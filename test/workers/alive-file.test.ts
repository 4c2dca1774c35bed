import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { keepAliveFile } from '../../workers/alive-file.ts';
import { tempFolder } from '../support/index.ts';

it('is renewed while a worker beats, and only then', async () => {
  const path = join(tempFolder(), 'alive');
  const log = { warn: vi.fn() };
  let silent = Number.POSITIVE_INFINITY;
  const letGo = keepAliveFile(path, { silentFor: () => silent }, { log, everyMs: 5 });
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(existsSync(path)).toBe(false);
  silent = 100;
  await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`));
  letGo();
  rmSync(path);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(existsSync(path)).toBe(false);
});

it('that cannot be written is said once, and stops nothing', async () => {
  const log = { warn: vi.fn() };
  const path = join(tempFolder(), 'no', 'such', 'folder');
  const silentFor = vi.fn(() => 0);
  const letGo = keepAliveFile(path, { silentFor }, { log, everyMs: 5 });
  await vi.waitFor(() => expect(silentFor.mock.calls.length).toBeGreaterThan(3));
  letGo();
  expect(log.warn).toHaveBeenCalledOnce();
});
