import pg from 'pg';

/**
 * Creates a schema that is missing. `create schema if not exists` alone asks for CREATE on the database before it looks,
 * which a role whose schemas an administrator has made does not have.
 */
export function createSchemaSql(name: string): string {
  const schema = pg.escapeIdentifier(name);
  const isMissing = `to_regnamespace(${pg.escapeLiteral(schema)}) is null`;
  return `do $$ begin if ${isMissing} then create schema if not exists ${schema}; end if; end $$`;
}
