// Written by `npm run statements` from the headers of ddl/statements/rollups.
import type { Json } from '../../json.ts';

export interface RollupsStatements {
  'rollups/done-chunks': { parameters: [dataset: string]; row: Readonly<{ chunk_id: number }> };
  'rollups/forget-rollup': { parameters: [dataset: string, name: string]; row: never };
  'rollups/rollups': { parameters: [dataset: string]; row: Readonly<{ name: string; hash: string;
      stored: unknown; recomputed: unknown | null; notes: unknown }> };
  'rollups/save-rollup': { parameters: [dataset: string, name: string, hash: string, stored: Json];
      row: never };
  'rollups/settle-rollup': { parameters: [dataset: string, name: string, recomputed: Json, notes: Json];
      row: never };
}
