// Written by `npm run statements` from the headers of ddl/statements/files.
import type { Json } from '../../json.ts';
import type { FileRow } from '../row-types.ts';

export interface FilesStatements {
  'files/add-child': { parameters: [parent_id: number, dataset: string, content_hash: string,
      definition_version: string, layout: Json, link: NonNullable<FileRow['link']> | null | undefined,
      linked_to: number | null | undefined]; row: FileRow };
  'files/add-file': { parameters: [dataset: string, name: string, url: string, scope: string,
      origin: NonNullable<FileRow['origin']>, bytes: number, fingerprint: string,
      link: NonNullable<FileRow['link']> | null | undefined, linked_to: number | null | undefined];
      row: FileRow };
  'files/file': { parameters: [file_id: number]; row: FileRow };
  'files/files': { parameters: [dataset: string | null | undefined, scope: string | null | undefined,
      name: string | null | undefined, url: string | null | undefined,
      states: readonly NonNullable<FileRow['state']>[] | null | undefined, limit: number]; row: FileRow };
  'files/files-named': { parameters: [text: string]; row: FileRow };
  'files/find-content': { parameters: [dataset: string, content_hash: string, file_id: number];
      row: FileRow };
  'files/forget-file': { parameters: [file_id: number]; row: never };
  'files/land-files': { parameters: [dataset: readonly string[], name: readonly string[],
      url: readonly string[], bytes: readonly number[], fingerprint: readonly string[], scope: string];
      row: FileRow };
  'files/link-file': { parameters: [file_id: number, link: NonNullable<FileRow['link']>, linked_to: number];
      row: never };
  'files/linked-files': { parameters: [linked_to: number]; row: FileRow };
  'files/lock-file': { parameters: [file_id: number]; row: FileRow };
  'files/lock-names': { parameters: [lock_class: number, name: readonly string[]];
      row: Readonly<{ pg_advisory_xact_lock: unknown }> };
  'files/newest-file': { parameters: []; row: Readonly<{ file_id: number }> };
  'files/note-failure': { parameters: [file_id: number, error: Json, checks: Json | null | undefined];
      row: never };
  'files/plan-file': { parameters: [file_id: number, content_hash: string, definition_version: string,
      layout: Json, chunks: number]; row: never };
  'files/set-file-state': { parameters: [file_id: number, state: NonNullable<FileRow['state']>,
      url: string | null | undefined, error: Json | null | undefined, receipt: Json | null | undefined,
      duplicate_of: number | null | undefined, content_hash: string | null | undefined,
      definition_version: string | null | undefined, layout: Json | null | undefined,
      common_id: string | null | undefined, common: Json | null | undefined, before: readonly string[]];
      row: never };
  'files/share-file': { parameters: [file_id: number]; row: FileRow };
  'files/share-loading': { parameters: [file_id: number]; row: FileRow };
  'files/versioned-files': { parameters: [file_id: readonly number[]]; row: Readonly<{ file_id: number }> };
  'files/versions-named': { parameters: [dataset: string, name: string, file_id: number]; row: FileRow };
}
