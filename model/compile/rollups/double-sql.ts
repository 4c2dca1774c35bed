/** Doubles as exact decimals and back, in SQL. */

const greatest = '1.7976931348623157e308';
/** Half of the least positive double: what is not greater rounds to 0. */
const least = '2.4703282292062328e-324';

/** A finite double's value with the fewest digits. */
export function decimalOfDouble(double: string): string {
  return `cast(cast(${double} as text) as numeric)`;
}

/** The double next to a decimal. A decimal beyond the doubles becomes the greatest or least of them. */
export function doubleOf(decimal: string): string {
  const within = `cast(greatest(least(${decimal}, ${greatest}), -${greatest}) as double precision)`;
  return `case when abs(${decimal}) > ${least} then ${within} when ${decimal} is not null then 0 end`;
}

/** Whether a double is a number. */
export function isFiniteDouble(double: string): string {
  return `(${double} > '-Infinity' and ${double} < 'Infinity')`;
}
