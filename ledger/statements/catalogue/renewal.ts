// Written by `npm run statements` from the headers of ddl/statements/renewal.
import type { FileRow } from '../row-types.ts';

export interface RenewalStatements {
  'renewal/relink-files': { parameters: [file_id: number, renewed: number]; row: never };
  'renewal/remove-file': { parameters: [file_id: number]; row: never };
  'renewal/renew-file': { parameters: [file_id: number, fingerprint: string]; row: FileRow };
  'renewal/retire-file': { parameters: [file_id: number]; row: never };
}
