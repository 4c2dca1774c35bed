// Written by `npm run statements` from the headers of ddl/statements/scans.
import type { Json } from '../../json.ts';
import type { ScanRow } from '../row-types.ts';

export interface ScansStatements {
  'scans/save-scan': { parameters: [file_id: number, number: number, byte_start: number, byte_end: number,
      block_hashes: Buffer, result: Json]; row: never };
  'scans/scans': { parameters: [file_id: number]; row: Readonly<{ number: number; byte_start: number;
      byte_end: number; block_hashes: Buffer; result: ScanRow['result'] }> };
  'scans/start-scan': { parameters: [file_id: number, definition_version: string, layout: Json]; row: never };
}
