// Written by `npm run statements` from the headers of ddl/statements/scopes.

export interface ScopesStatements {
  'scopes/close-scope': { parameters: [scope: string, landing: string | null | undefined,
      failed: string | null | undefined]; row: never };
  'scopes/ended-staging': { parameters: []; row: Readonly<{ schema: string; name: string }> };
  'scopes/installation': { parameters: []; row: Readonly<{ id: string }> };
  'scopes/open-scope': { parameters: [scope: string]; row: never };
  'scopes/other-scopes': { parameters: [scope: string]; row: Readonly<{ scope: string }> };
  'scopes/server-up-ms': { parameters: []; row: Readonly<{ up_ms: number }> };
}
