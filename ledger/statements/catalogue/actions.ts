// Written by `npm run statements` from the headers of ddl/statements/actions.
import type { Json } from '../../json.ts';
import type { ActionRow, DismissalRow, FileRow } from '../row-types.ts';

export interface ActionsStatements {
  'actions/actions': { parameters: [before: number | null | undefined, most: number]; row: ActionRow };
  'actions/begin-action': { parameters: [via: NonNullable<ActionRow['via']>, who: string | null | undefined,
      role: string | null | undefined, address: string | null | undefined, what: string,
      target: string | null | undefined, details: Json | null | undefined];
      row: Readonly<{ action_id: number }> };
  'actions/dismiss': { parameters: [kind: string, key: string, occurrence: string,
      dismissed_by: string | null | undefined]; row: never };
  'actions/dismissals': { parameters: [most: number]; row: DismissalRow };
  'actions/end-action': { parameters: [action_id: number, outcome: string]; row: never };
  'actions/failed-files': { parameters: [most: number]; row: FileRow };
  'actions/restore': { parameters: [kind: string, key: string]; row: never };
}
