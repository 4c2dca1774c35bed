/** Host, port and database of a URL, without user and password: fit to print. */
export function databaseAddress(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${hostname || 'localhost'}:${port || 5432}${pathname}`;
  } catch {
    return 'an address that is not a URL';
  }
}
