/** Whether an answer is the data that the source promises: a login page is not. */
import type { CompiledHttpSource } from '../../model/compiled-source.ts';

type Format = CompiledHttpSource['format'];

const names: Readonly<Record<Format, string>> = { csv: 'CSV', json: 'JSON', ndjson: 'NDJSON' };

export function formatName(format: Format): string {
  return names[format];
}

/** Types of content that are never data of the format. Servers send everything else for everything. */
const wrongTypes: Readonly<Record<Format, RegExp>> = {
  csv: /^(?:text\/html|application\/xhtml|application\/(?:problem\+)?json|image\/|application\/pdf)/i,
  json: /^(?:text\/html|application\/xhtml|text\/csv|image\/|application\/pdf)/i,
  ndjson: /^(?:text\/html|application\/xhtml|text\/csv|image\/|application\/pdf)/i,
};

/** What is wrong with the type of an answer; null: nothing. */
export function typeFault(format: Format, contentType: string | null): string | null {
  if (contentType === null || !wrongTypes[format].test(contentType)) return null;
  return `its type is ${contentType.split(';')[0].trim().slice(0, 60)}`;
}

/** Bytes at the beginning that say what a page is. */
export const startBytes = 512;

/** What is wrong with the beginning of a page, unpacked; null: nothing. */
export function startFault(format: Format, start: Uint8Array): string | null {
  const text = Buffer.from(start)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text === '') return null;
  const begins = `it begins with ${JSON.stringify(text.slice(0, 20))}`;
  if (format !== 'csv') return /^[[{]/.test(text) ? null : begins;
  return /^(?:<(?:!doctype|html|\?xml|head|body)|\{\s*"|\[\s*[{\]])/i.test(text) ? begins : null;
}
