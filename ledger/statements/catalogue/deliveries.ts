// Written by `npm run statements` from the headers of ddl/statements/deliveries.
import type { Json } from '../../json.ts';
import type { DeliveryRow } from '../row-types.ts';

export interface DeliveriesStatements {
  'deliveries/claim-delivery': { parameters: [endpoint: string, only: number | null | undefined,
      seconds: number]; row: DeliveryRow };
  'deliveries/deliveries': { parameters: [before: number | null | undefined, states: readonly string[],
      endpoint: string | null | undefined, most: number]; row: DeliveryRow };
  'deliveries/delivery': { parameters: [delivery_id: number]; row: DeliveryRow };
  'deliveries/end-attempt': { parameters: [delivery_id: number, attempts: number,
      state: NonNullable<DeliveryRow['state']>, status: number | null | undefined, answer: string,
      seconds: number]; row: never };
  'deliveries/endpoints': { parameters: []; row: Readonly<{ endpoint: string; waiting: number; failed: number;
      failing_since: Date | null; answer: string | null }> };
  'deliveries/next-delivery': { parameters: [endpoint: string]; row: Readonly<{ seconds: number }> };
  'deliveries/note-event': { parameters: [endpoints: readonly string[], event: string, subject: string,
      data: Json]; row: DeliveryRow };
  'deliveries/note-file-events': { parameters: [file_id: readonly number[], endpoints: Json]; row: never };
  'deliveries/prune-deliveries': { parameters: [dataset: string, before: Date, most: number, dry: boolean];
      row: Readonly<{ deliveries: number }> };
  'deliveries/release-delivery': { parameters: [delivery_id: number, attempts: number]; row: never };
  'deliveries/replay-delivery': { parameters: [delivery_id: number]; row: never };
}
