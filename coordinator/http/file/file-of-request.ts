/** The file that a request is about. */
import { z } from 'zod';
import type { Ledger, LedgerFile } from '../../../ledger/ledger.ts';
import { notFound } from '../answers.ts';
import { parse } from '../parse.ts';

const fileParams = z.strictObject({ id: z.coerce.number().int().min(1).max(2_147_483_647) });

/** Throws LF_HTTP_NOT_FOUND where there is no such file, and LF_HTTP_REQUEST for what is not a number. */
export async function fileOfRequest(
  ledger: Ledger,
  request: { readonly params: unknown; readonly url: string },
): Promise<LedgerFile> {
  const file = await ledger.file(parse(fileParams, request.params).id);
  if (!file) throw notFound(request.url.split('?')[0]);
  return file;
}

/** JSON schema of the parameter, for the OpenAPI document. */
export const fileIdSchema = {
  type: 'object',
  properties: { id: { type: 'integer', description: 'fileId' } },
  required: ['id'],
} as const;
