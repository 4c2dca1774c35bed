import { expect, it } from 'vitest';
import { compileDataset } from '../../../model/compile/compile.ts';
import { compileCompression } from '../../../model/compile/compile-star.ts';
import { Mistakes } from '../../../model/compile/mistakes.ts';
import { defineDataset, integer } from '../../../model/index.ts';
import type { LandfallError } from '../../../platform/errors/errors.ts';

function mistakesOf(written: string | undefined, hasZstd: boolean): string {
  const mistakes = new Mistakes();
  try {
    compileCompression(written, mistakes, { hasZstd });
    mistakes.refuse('parts');
  } catch (error) {
    return (error as LandfallError).message;
  }
  return '';
}

it('parts are compressed with Snappy, or with zstd where Node has it', () => {
  expect(compileCompression(undefined, new Mistakes())).toBe('snappy');
  expect(compileCompression('zstd', new Mistakes(), { hasZstd: true })).toBe('zstd');
  expect(mistakesOf('snappy', false)).toBe('');
  expect(mistakesOf('zstd', false)).toContain(
    `lake.compression: Node ${process.versions.node} has no zstd. Run Landfall with Node 22.15 or newer, or say 'snappy'`,
  );
  expect(mistakesOf('gzip', true)).toContain('lake.compression: "gzip" is no compression of parts');
});

it('the codec of parts is not in the version: files that are being loaded keep theirs', () => {
  const columns = { id: integer() };
  const versions = [undefined, {}, { compression: 'snappy' as const }].map(
    (lake) => compileDataset(defineDataset({ name: 'parts', columns, star: 'none', lake })).version,
  );
  expect(new Set(versions).size).toBe(1);
});
