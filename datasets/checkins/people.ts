/** Who checks in, and on what, in the generated data. All names are invented. */

interface Weighted {
  readonly name: string;
  /** How often it is drawn, relative to the others. */
  readonly weight: number;
}

const names =
  'ada alan anita barbara claude clara dennis donald dorothy edsger frances grace hedy ivan jean john katherine ken ' +
  'leslie lynn margaret mary niklaus olga peter radia robin rosa sergey shafi sofia tony vera victor whitfield yan';

/** A few people write most of the check-ins. */
export const users: readonly Weighted[] = names
  .split(' ')
  .map((name, rank) => ({ name, weight: 1 / (1 + rank / 8) }));

const common = [
  'opsandadmin',
  'bizdev',
  'cultureandmanagement',
  'learning',
  'hiring',
  'website',
  'workshops',
];

export const projects: readonly Weighted[] = [
  ...common.map((name, rank) => ({ name, weight: 12 / (1 + rank / 2) })),
  ...Array.from({ length: 80 }, (_, i) => ({
    name: `project-${String(i).padStart(2, '0')}`,
    weight: 1 / (1 + i / 20),
  })),
];
