/** Every text of up to five characters of a small alphabet: there is no neighbourhood left to think of. */
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../kernel/kernel.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import { column, comma, planOf, readWithKernel } from '../kernel/read.ts';
import { readChunk } from '../oracle/csv.ts';

const alphabet = ['"', ',', '\n', '\r', '\\', 'a'];

function* texts(length: number): Generator<string> {
  if (length === 0) yield '';
  else for (const rest of texts(length - 1)) for (const character of alphabet) yield character + rest;
}

const dialects: Record<string, KernelDialect> = {
  plain: comma,
  'without quotes': { ...comma, quote: null },
  'any line end': { ...comma, lineEnds: 'any' },
  escapes: { ...comma, escape: '\\' },
  'escapes, any line end': { ...comma, escape: '\\', lineEnds: 'any' },
};

describe('every text of up to five characters', () => {
  it.each(Object.entries(dialects))('is read as the oracle reads it: %s', async (_, dialect) => {
    const kernel = await createKernel({ batchRows: 4, inputBytes: 144 });
    const plan = planOf([column({ kind: 'utf8' }), column({ kind: 'utf8' })], {
      ...dialect,
      shortRows: 'pad',
    });
    const plain = planOf(plan.columns, dialect);
    let count = 0;
    for (let length = 0; length <= 5; length++) {
      for (const text of texts(length)) {
        const bytes = Buffer.from(text);
        const read = await readWithKernel(bytes, dialect === comma ? plain : plan, { kernel });
        const wanted = readChunk(bytes, dialect === comma ? plain : plan);
        if (JSON.stringify(read) !== JSON.stringify(wanted))
          expect({ text, ...read }).toEqual({ text, ...wanted });
        count++;
      }
    }
    expect(count).toBe(9331);
  });
});
