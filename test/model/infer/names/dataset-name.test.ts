import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkDatasetName,
  datasetNameLength,
  datasetNameOf,
} from '../../../../model/infer/names/dataset-name.ts';

test.each([
  ['orders.csv', 'orders'],
  ['/tmp/x/orders-2024-01.csv.gz', 'orders'],
  ['C:\\data\\My Orders (3).CSV', 'my_orders'],
  ['JC-201702-citibike-tripdata.csv', 'jc_201702_citibike_tripdata'],
  ['2019.csv', 'data_2019'],
  ['2024-01-05 sales.tsv', 'sales'],
  ['Заказы.csv', 'zakazy'],
  ['数据.csv', 'dataset'],
  ['..hidden..csv', 'hidden'],
  ['.csv', 'dataset'],
  ['s3://bucket/a/b.csv', 'b'],
  [`${'long word '.repeat(20)}.csv`, 'long_word_long_word_long_word_long_word'],
  [`${'x'.repeat(90)}.csv`, 'x'.repeat(40)],
])('%s is a file of the dataset %s', (path, name) => {
  expect(datasetNameOf(path)).toBe(name);
});

test('of any file is a name that may be given', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (path) => {
      const name = datasetNameOf(path);
      expect(checkDatasetName(name)).toBe(name);
    }),
  );
});

test.each([
  ['../../evil', 'evil'],
  ['bad name; drop', 'bad_name_drop'],
  ['', 'dataset'],
  ['Orders', 'orders'],
  ['-rf', 'rf'],
  ['a/b', 'a_b'],
  ['заказы', 'zakazy'],
  ['a\nb', 'a_b'],
  [`${'orders_'.repeat(7)}x`, 'orders_orders_orders_orders_orders'],
])('%j is refused, with a name that would do', (name, proposal) => {
  expect(() => checkDatasetName(name)).toThrow(
    expect.objectContaining({ code: 'LF_INIT_NAME', fix: expect.stringContaining(`\`--name ${proposal}\``) }),
  );
  expect(checkDatasetName(proposal)).toBe(proposal);
});

test('may have as many characters as its tables leave room for', () => {
  const name = 'a'.repeat(datasetNameLength);
  expect(checkDatasetName(name)).toBe(name);
  expect(checkDatasetName('line-items_2')).toBe('line-items_2');
  expect(() => checkDatasetName(`${name}a`)).toThrow(/cannot be the name/);
});
