/**
 * How often a random test plays: a few times in `npm test`, many in `npm run test:long`, whose files are those that
 * call this.
 */
export function plays(few: number, many: number): number {
  return process.env.LANDFALL_TEST_LONG === '1' ? many : few;
}
