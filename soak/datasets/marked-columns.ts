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

/** The same in JSON, some of them within other values, and a number with more digits than a double has. */
export const jsonColumns = {
  content: text({ required: true, path: '$.of.content' }),
  record: integer({ required: true, path: '$.of.record' }),
  byte_offset: bigint({ required: true }),
  noted_at: timestamp({ required: true, zone: 'UTC' }),
  amount: numeric(12, 2, { path: '$.values[0]' }),
  note: text(),
  exact: numeric(30, 12),
};

export const jsonFacts = [...markedFacts, 'exact'] as const;
