/** The star of rows that change at their source. */
import type { StarChoice } from '../star/contract.ts';

/**
 * The star without dimensions that have attributes: that columns depend on others was seen in some rows, and ends with
 * the change of one of them. `columns`: of the dataset, in their order.
 */
export function plainStar(choice: StarChoice, columns: readonly string[]): StarChoice {
  if (choice.star === null) return choice;
  const dimensions = choice.star.dimensions.filter(({ attributes }) => attributes.length === 0);
  const taken = new Set(dimensions.flatMap(({ natural }) => natural.map(({ column }) => column)));
  const left = columns.filter((column) => !taken.has(column));
  // What says how often a row is in the files is for the mode to say.
  const remarks = choice.remarks.filter(({ kind }) => kind === 'check');
  return { ...choice, remarks, star: { ...choice.star, dimensions, columns: left } };
}
