import { bigint, defineDataset, integer, text } from '../../../model/index.ts';

/** Sales of the lake alone, for processes without vitest. */
export const killedSales = defineDataset({
  name: 'sales',
  columns: {
    id: bigint({ required: true }),
    shop: text({ required: true }),
    amount: integer({ required: true }),
    note: text({ optional: true }),
  },
  star: 'none',
  rejects: { share: 0.5, atLeast: 0, count: 3 },
});
