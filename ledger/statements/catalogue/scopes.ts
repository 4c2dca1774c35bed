// Written by `npm run statements` from the headers of ddl/statements/scopes.

export interface ScopesStatements {
  'scopes/announce': { parameters: [scope: string, term: number, url: string]; row: never };
  'scopes/begin-term': { parameters: [scope: string, host: string, pid: number];
      row: Readonly<{ term: number }> };
  'scopes/close-scope': { parameters: [scope: string, landing: string | null | undefined,
      failed: string | null | undefined]; row: never };
  'scopes/end-sessions': { parameters: [scope: string, term: number]; row: Readonly<{ ended: boolean }> };
  'scopes/ended-staging': { parameters: []; row: Readonly<{ schema: string; name: string }> };
  'scopes/forget-leader': { parameters: [scope: string]; row: never };
  'scopes/installation': { parameters: []; row: Readonly<{ id: string }> };
  'scopes/leader': { parameters: [scope: string]; row: Readonly<{ term: number; host: string; pid: number;
      url: string | null }> };
  'scopes/open-scope': { parameters: [scope: string]; row: never };
  'scopes/other-scopes': { parameters: [scope: string]; row: Readonly<{ scope: string }> };
  'scopes/server-up-ms': { parameters: []; row: Readonly<{ up_ms: number }> };
}
