// Written by `npm run statements` from the headers of ddl/statements/definitions.
import type { Json } from '../../json.ts';

export interface DefinitionsStatements {
  'definitions/definition': {
    parameters: [version: string];
    row: {
      readonly definition: unknown;
    };
  };
  'definitions/dependent-views': {
    parameters: [schema: string, table: readonly string[]];
    row: {
      readonly schema: string;
      readonly name: string;
      readonly kind: string;
      readonly made: boolean;
    };
  };
  'definitions/earlier-stars': {
    parameters: [dataset: string];
    row: {
      readonly star: unknown;
    };
  };
  'definitions/save-definition': {
    parameters: [version: string, dataset: string, definition: Json];
    row: never;
  };
  'definitions/star-columns': {
    parameters: [schema: string, table: readonly string[]];
    row: {
      readonly table: string;
      readonly name: string;
      readonly type: string;
      readonly not_null: boolean;
      readonly key_name: string | null;
      readonly comment: string | null;
    };
  };
}
