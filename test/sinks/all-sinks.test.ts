import { expect, it } from 'vitest';
import { SinkChunks } from '../../sinks/all-sinks.ts';
import type { SinkChunk } from '../../sinks/contract.ts';

it('aborts the chunk in the sinks where it is open when another sink cannot open it', async () => {
  const aborted: string[] = [];
  const open = async ({ name }: { readonly name: string }) => {
    if (name === 'third') throw new Error('away');
    return { abort: async () => void aborted.push(name) } as unknown as SinkChunk;
  };
  const sinks = ['first', 'second', 'third'].map((name) => ({ name }));
  await expect(SinkChunks.open(sinks, open)).rejects.toThrow('away');
  expect(aborted).toEqual(['first', 'second']);
});
