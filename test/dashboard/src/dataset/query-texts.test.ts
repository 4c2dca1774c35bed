import { expect, it } from 'vitest';
import { curlOf, pageAddress, sqlOf, valuesOf } from '../../../../dashboard/src/dataset/query-texts.ts';
import type { QueryDetail } from '../../../../platform/progress/dataset-detail.ts';

const query: QueryDetail = {
  name: 'of',
  description: '',
  sql: 'select $1, $2;',
  parameters: [
    { name: 'region', type: 'text' },
    { name: 'limit', type: 'integer', default: 3 },
  ],
  chart: null,
  path: '/api/datasets/trips/queries/of',
};

it('a form is filled in from its address, and the other way round', () => {
  const address = pageAddress('trips', query, { region: "L'Aquila & more", limit: '' });
  expect(address).toBe('/datasets/trips?query=of&p.region=L%27Aquila+%26+more');
  expect(valuesOf(query, new URL(address, 'http://x').searchParams)).toEqual({
    region: "L'Aquila & more",
    limit: '',
  });
});

it('commands carry the values, quoted, and defaults where there are none', () => {
  const values = { region: "L'Aquila", limit: '' };
  expect(curlOf('http://x', query, values)).toBe(
    "curl 'http://x/api/datasets/trips/queries/of?region=L%27Aquila'",
  );
  expect(sqlOf(query, values)).toBe("select $1, $2\n\\bind 'L''Aquila' '3' \\g");
  expect(sqlOf({ ...query, parameters: [] }, {})).toBe('select $1, $2;');
});
