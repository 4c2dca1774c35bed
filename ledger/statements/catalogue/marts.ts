// Written by `npm run statements` from the headers of ddl/statements/marts.

export interface MartsStatements {
  'marts/existing-marts': { parameters: [schema: string, names: readonly string[]];
      row: Readonly<{ name: string }> };
  'marts/mart-reads': { parameters: [schema: string, names: readonly string[]]; row: Readonly<{ mart: string;
      reads: string | null }> };
  'marts/marts-behind': { parameters: [dataset: string]; row: never };
  'marts/note-mart-refresh': { parameters: [dataset: string]; row: never };
  'marts/refresh-beside': { parameters: [lock_timeout: string, helpers: number];
      row: Readonly<{ set_config: string }> };
  'marts/stale-marts': { parameters: [datasets: readonly string[]]; row: Readonly<{ dataset: string }> };
}
