/** The columns of rows that know their place: their content, their number in it, the byte at which they start. */
import { bigint, integer, numeric, text, timestamp } from '../../model/index.ts';

export const markedColumns = {
  content: text({ required: true }),
  record: integer({ required: true }),
  byte_offset: bigint({ required: true }),
  noted_at: timestamp({ required: true, zone: 'UTC' }),
  amount: numeric(12, 2),
  note: text(),
};

export const markedFacts = ['byte_offset', 'noted_at', 'record', 'amount', 'note'] as const;
