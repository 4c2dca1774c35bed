// Written by `npm run statements` from the headers of ddl/statements/verification.
import type { FileRow } from '../row-types.ts';

export interface VerificationStatements {
  'verification/begin-verification': { parameters: [what: string, seed: number, again: boolean];
      row: Readonly<{ seed: number; position: number; files: number; broken: readonly number[];
      started_at: Date }> };
  'verification/end-verification': { parameters: [what: string]; row: never };
  'verification/files-to-verify': { parameters: [after: number, dataset: string | null | undefined,
      seed: number, share: number, most: number]; row: FileRow };
  'verification/note-verified': { parameters: [what: string, position: number, files: number,
      broken: readonly number[]]; row: never };
}
