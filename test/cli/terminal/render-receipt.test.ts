import { describe, expect, it } from 'vitest';
import { renderReceipt } from '../../../cli/terminal/render-receipt.ts';
import type { Receipt } from '../../../platform/file-receipt.ts';

const receipt = {
  ...{ file: 'b.csv', fileId: 2, dataset: 'orders', status: 'done', bytes: 179, chunks: 1, parts: 1 },
  ...{
    rows: { parsed: 4, loaded: 4, rejected: 0, deduplicated: 0 },
    lakeRows: 4,
    lakeBytes: 948,
    starRows: 4,
  },
  ...{ rejectsByCode: {}, drift: null, checks: [], seconds: 0.3, rowsPerSecond: 12 },
} as unknown as Receipt;

describe('a receipt on the terminal', () => {
  it('says nothing of ties and members where there are none', () => {
    expect(renderReceipt(receipt)).not.toMatch(/content decides|other attributes|rollup/);
  });

  it('has what the file has shown about rollups', () => {
    const rollups = ['rides has 30000 groups of 90000 rows: more than a tenth as many'];
    expect(renderReceipt({ ...receipt, rollups })).toContain(`\n  i rollup ${rollups[0]}\n`);
  });

  it('names places of ties, and members with what the star has and the file gives', () => {
    const text = renderReceipt({
      ...receipt,
      ties: { count: 1200, sample: [0, 1, 5].map((row) => ({ chunk: 0, row })) },
      members: {
        differing: 1,
        sample: [{ table: 'dim_station', member: 'id 7', has: 'name \u001b[31mNorth', given: 'name South' }],
      },
    });
    expect(text).toContain(
      '  1,200 events with the key and order of another; the content decides: row 0 of chunk 0, row 1 of chunk 0, row 5 of chunk 0\n',
    );
    expect(text).toContain('  1 member with other attributes in this file than in the star:\n');
    expect(text).toContain('    dim_station id 7: has name ');
    expect(text).toContain('North, given name South\n');
    expect(text).not.toContain('\u001b');
  });
});
