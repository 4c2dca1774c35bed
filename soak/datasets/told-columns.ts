/** The columns of events: what is known of a key at an instant. Few instants and labels, so that many events tie. */
import { boolean, float8, integer, numeric, text, timestamp } from '../../model/index.ts';

export const eventColumns = {
  code: text(),
  told_at: timestamp({ zone: 'UTC', formats: ['yyyy-MM-dd HH:mm:ss'] }),
  gone: boolean(),
  label: text(),
  kind: text(),
  size: integer(),
  amount: float8(),
  price: numeric(9, 2),
};

export const eventFacts = ['code', 'told_at', 'gone', 'label', 'size', 'amount', 'price'] as const;
