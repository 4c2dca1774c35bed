/** Risk scores, as a web service has them: each answer is all that it knows at that moment. */
import {
  defineDataset,
  fromName,
  http,
  integer,
  jsonDocument,
  smallint,
  snapshot,
} from '../../../model/index.ts';
import { often } from './often.ts';

export default defineDataset({
  name: 'store_scores',
  description: 'How risky customers are, from 1 to 100.',
  format: jsonDocument(),
  columns: {
    customer: integer({ required: true }),
    score: smallint({ required: true, min: 1, max: 100 }),
  },
  // An answer may have a customer several times: equal scores count once, and of others the higher one is shown.
  mode: snapshot({ key: ['customer', 'score'], asOf: fromName('*_{date}/0001.json') }),
  star: { fact: 'store_score', columns: ['customer', 'score'] },
  sources: {
    risk: http({ url: '{env:STORE_RISK_SERVICE}/scores', schedule: often }),
  },
});
