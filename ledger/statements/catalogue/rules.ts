// Written by `npm run statements` from the headers of ddl/statements/rules.

export interface RulesStatements {
  'rules/settle-rules': { parameters: [file_id: number, rule_id: readonly number[]]; row: never };
  'rules/settled-rules': { parameters: [file_id: number, rule_id: readonly number[]];
      row: Readonly<{ rule_id: number }> };
  'rules/unsettle-file': { parameters: [file_id: number]; row: never };
}
