import { describe, expect, it } from 'vitest';
import { compileDataset } from '../../../model/compile/compile.ts';
import { defineDataset, lookup, text, timeDimension } from '../../../model/index.ts';
import type { Dimension } from '../../../model/language/star.ts';

function compile(dimension: Dimension<'region'>) {
  return compileDataset(
    defineDataset({
      name: 'plain',
      columns: { region: text() },
      star: { fact: 'f', dimensions: { a: dimension } },
    }),
  );
}

describe('mistakes of dimensions', () => {
  it.each<[string, Dimension<'region'>, string]>([
    [
      'the latest attributes without a column that dates them',
      lookup('dim_x', { x: 'region' }, { y: 'region' }, { attributes: 'latest' }),
      'star.dimensions.a (by): nothing says which attributes are the latest',
    ],
    [
      'the first attributes with a column that dates them',
      lookup('dim_x', { x: 'region' }, { y: 'region' }, { by: 'region' }),
      "star.dimensions.a (by): attributes: 'first' has no by",
    ],
    [
      'attributes that a text dates',
      lookup('dim_x', { x: 'region' }, { y: 'region' }, { attributes: 'latest', by: 'region' }),
      'star.dimensions.a (by): region is a text',
    ],
    [
      'the latest of no attributes',
      lookup('dim_x', { x: 'region' }, {}, { attributes: 'latest', by: 'region' }),
      'star.dimensions.a (attributes): it has no attributes',
    ],
    [
      'attributes with the name of a column beside them',
      lookup('dim_x', { x: 'region' }, { valid_to: 'region' }, { attributes: 'history', by: 'region' }),
      'star.dimensions.a: valid_to is a column that Landfall keeps',
    ],
    ['a time of day of a text', timeDimension('dim_x', 'region'), 'star.dimensions.a: region is a text'],
  ])('%s', (_, dimension, message) => {
    expect(() => compile(dimension)).toThrow(message);
  });
});
