/** What PostgreSQL says of a query by its SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */

export const canceled = '57014';
export const lockNotAvailable = '55P03';
export const undefinedTable = '42P01';
const readOnlyTransaction = '25006';

/**
 * The server's words if the query tried to write; else null. For other statements this code means that the server is a
 * replica, so the error has come here as that outage, with the server's error as its cause.
 */
export function triedToWrite(error: unknown): string | null {
  const { cause } = error as { cause?: { code?: string; message: string } };
  return cause?.code === readOnlyTransaction ? cause.message : null;
}
