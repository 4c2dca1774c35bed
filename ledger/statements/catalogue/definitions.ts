// Written by `npm run statements` from the headers of ddl/statements/definitions.
import type { Json } from '../../json.ts';

export interface DefinitionsStatements {
  'definitions/adopt-definition': { parameters: [dataset: string, version: string]; row: never };
  'definitions/adopt-references': { parameters: [versions: Json]; row: never };
  'definitions/common': { parameters: [common_id: readonly string[]]; row: Readonly<{ common_id: string;
      value: unknown }> };
  'definitions/definition': { parameters: [version: string]; row: Readonly<{ definition: unknown }> };
  'definitions/dependent-views': { parameters: [schema: string, table: readonly string[]];
      row: Readonly<{ schema: string; name: string; kind: string; made: boolean }> };
  'definitions/earlier-stars': { parameters: [dataset: string]; row: Readonly<{ star: unknown }> };
  'definitions/forget-references': { parameters: [dataset: string, name: string]; row: never };
  'definitions/mart-names': { parameters: [dataset: string]; row: Readonly<{ name: string }> };
  'definitions/reference': { parameters: [version: string]; row: Readonly<{ layout: unknown;
      content: Buffer }> };
  'definitions/save-definition': { parameters: [version: string, dataset: string, definition: Json];
      row: never };
  'definitions/save-reference': { parameters: [version: string, dataset: string, name: string, layout: Json,
      content: Buffer, rows: number]; row: never };
  'definitions/star-columns': { parameters: [schema: string, table: readonly string[]];
      row: Readonly<{ table: string; name: string; type: string; not_null: boolean; key_name: string | null;
      comment: string | null }> };
  'definitions/table-users': { parameters: [schema: string, table: string];
      row: Readonly<{ dataset: string }> };
  'definitions/use-reference': { parameters: [version: string]; row: Readonly<{ rows: number }> };
}
