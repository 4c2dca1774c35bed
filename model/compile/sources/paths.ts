/** Paths to values of a JSON document: `$.meta.next`. */

const member = '[A-Za-z_$@][\\w$@-]*';

/** The members on the path to a value; null if the text is not such a path. */
export function valuePath(path: string): string[] | null {
  if (!new RegExp(`^\\$(?:\\.${member})+$`).test(path)) return null;
  return path.split('.').slice(1);
}
