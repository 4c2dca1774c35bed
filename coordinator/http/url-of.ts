/** Whatever stands after the method of a request, as a URL. `//`, `*` and absolute addresses are no reason to fail. */
export function urlOf(target: string): URL {
  return new URL(`http://local${target.startsWith('/') ? target : '/'}`);
}
