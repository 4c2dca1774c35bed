/** How `init` tells types apart: by a shape that every value of a sample has. */

export function everyFits(values: readonly string[], shape: RegExp): boolean {
  return values.every((value) => shape.test(value));
}

/** A TypeScript string literal. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')}'`;
}

/** A date or time format and the texts that it reads. */
export interface Shape {
  readonly format: string;
  readonly shape: RegExp;
}

/** Shapes of days, the most common first. */
export const dayShapes: readonly Shape[] = [
  { format: 'yyyy-MM-dd', shape: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/ },
  { format: 'yyyy/MM/dd', shape: /^\d{4}\/(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])$/ },
  { format: 'M/d/yyyy', shape: /^(0?[1-9]|1[0-2])\/(0?[1-9]|[12]\d|3[01])\/\d{4}$/ },
  { format: 'd/M/yyyy', shape: /^(0?[1-9]|[12]\d|3[01])\/(0?[1-9]|1[0-2])\/\d{4}$/ },
  { format: 'dd.MM.yyyy', shape: /^(0[1-9]|[12]\d|3[01])\.(0[1-9]|1[0-2])\.\d{4}$/ },
];

/** Shapes of times of day. */
export const clockShapes: readonly Shape[] = [
  { format: 'H:mm', shape: /^([01]?\d|2[0-3]):[0-5]\d$/ },
  { format: 'HH:mm:ss', shape: /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/ },
  { format: 'H:mm:ss', shape: /^([01]?\d|2[0-3]):[0-5]\d:[0-5]\d$/ },
  { format: 'HH:mm:ss.SSSSSS', shape: /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{1,6}$/ },
];

/** The shapes that all values have. */
export function shapesOf(values: readonly string[], shapes: readonly Shape[]): readonly Shape[] {
  return shapes.filter(({ shape }) => everyFits(values, shape));
}

/** A note for a person if days and months could be the other way round. */
export function dayMonthNote(days: readonly Shape[]): string | undefined {
  return days.length > 1 ? `the sample also fits ${days[1].format}` : undefined;
}
