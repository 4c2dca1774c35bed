/** Where an answer goes, and in which format. */
import { once } from 'node:events';
import { open, rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Answer } from '../../coordinator/ask/answer.ts';
import { csvOf, jsonOf, ndjsonOf } from '../../coordinator/ask/formats/text-formats.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { reasonOf } from '../../platform/errors/network.ts';
import { tableOf } from './answer-table.ts';

type Pieces = AsyncIterable<string | Uint8Array>;

const writers = {
  table: async (answer: Answer, isForPeople: boolean): Promise<Pieces> => tableOf(answer, isForPeople),
  csv: async (answer: Answer): Promise<Pieces> => csvOf(answer),
  json: async (answer: Answer): Promise<Pieces> => jsonOf(answer),
  ndjson: async (answer: Answer): Promise<Pieces> => ndjsonOf(answer),
  parquet: async (answer: Answer): Promise<Pieces> =>
    (await import('../../coordinator/ask/formats/parquet-file.ts')).parquetOf(answer),
  arrow: async (answer: Answer): Promise<Pieces> =>
    (await import('../../coordinator/ask/formats/arrow-file.ts')).arrowOf(answer),
} as const;

export type Format = keyof typeof writers;
export const formats = Object.keys(writers) as Format[];

/** Endings of names of files. */
const endings: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.parquet': 'parquet',
  '.arrow': 'arrow',
  '.feather': 'arrow',
  '.txt': 'table',
};

/** The format that the flags ask for. Throws LF_USAGE if nothing says it, or if it is none for a terminal. */
export function formatOf({ format, out }: { format?: Format; out?: string }): Format {
  const ofName = out === undefined ? 'table' : endings[extname(out).toLowerCase()];
  const found = format ?? ofName;
  if (found === undefined)
    throw new LandfallError('LF_USAGE', { problem: `the name ${out} says no format; add --format` });
  if (out === undefined && process.stdout.isTTY && (found === 'parquet' || found === 'arrow'))
    throw new LandfallError('LF_USAGE', {
      problem: `${found} is not for a terminal; add --out FILE, or a pipe`,
    });
  return found;
}

/** Writes an answer. A file appears under its name when it is complete. Throws LF_SQL_OUTPUT. */
export async function writeAnswer(
  answer: Answer,
  { format, out }: { format: Format; out?: string },
): Promise<void> {
  const pieces = await writers[format](answer, out === undefined && process.stdout.isTTY === true);
  if (out === undefined) return print(pieces);
  const partial = `${out}.partial`;
  try {
    const file = await open(partial, 'w');
    try {
      for await (const piece of pieces) await file.writeFile(piece);
    } finally {
      await file.close();
    }
    await rename(partial, out);
  } catch (error) {
    await rm(partial, { force: true });
    if (!isOfFile(error)) throw error;
    throw new LandfallError('LF_SQL_OUTPUT', { file: out, reason: reasonOf(error) }, { cause: error });
  }
}

async function print(pieces: Pieces): Promise<void> {
  for await (const piece of pieces) {
    if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
  }
}

function isOfFile(error: unknown): boolean {
  return !(error instanceof LandfallError) && (error as { syscall?: string }).syscall !== undefined;
}
