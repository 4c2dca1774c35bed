// Written by `npm run statements` from the headers of ddl/statements/renewal.
import type { FileRow } from '../row-types.ts';

export interface RenewalStatements {
  'renewal/note-renewed': { parameters: [file_id: number]; row: never };
  'renewal/relink-files': { parameters: [file_id: number, renewed: number]; row: never };
  'renewal/remove-file': { parameters: [file_id: number]; row: never };
  'renewal/renew-file': { parameters: [file_id: number, fingerprint: string]; row: FileRow };
  'renewal/renewed-files': { parameters: []; row: Readonly<{ file_id: number; dataset: string }> };
  'renewal/retire-file': { parameters: [file_id: number]; row: never };
  'renewal/swept-renewed': { parameters: [file_id: number]; row: never };
}
