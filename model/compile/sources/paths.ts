/** Paths into a JSON document: `$.meta.next`, and `$.orders[*]` for the elements of an array. */

const member = '[A-Za-z_$@][\\w$@-]*';

/** The members on the path to a value; null if the text is not such a path. */
export function valuePath(path: string): string[] | null {
  if (!new RegExp(`^\\$(?:\\.${member})+$`).test(path)) return null;
  return path.split('.').slice(1);
}

/** The members on the path to an array of records; null if the text is not such a path. */
export function recordsPath(path: string): string[] | null {
  if (!new RegExp(`^\\$(?:\\.${member})*\\[\\*\\]$`).test(path)) return null;
  return path.slice(0, -3).split('.').slice(1);
}
