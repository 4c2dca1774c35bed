/** Files that people give in place of a table of texts, and what to do with them. */

const starts: readonly (readonly [RegExp, string])[] = [
  [/^PAR1/, 'it is a Parquet file, not a text: write it as CSV, for example with DuckDB'],
  [/^ÐÏ\p{Cc}à/u, 'it is an Excel workbook: save the sheet as CSV UTF-8'],
  [/^%PDF/, 'it is a PDF, not a table'],
  [/^SQLite format 3/, 'it is a SQLite database: export the table as CSV'],
  [
    /^\s*<(!doctype|html|\?xml|[a-z]+[\s>])/i,
    'it is a document of HTML or XML, not a table: the download may have failed',
  ],
  [
    /^\s*(\[\s*[{[]|\{\s*"[^"]*"\s*:)/,
    'it is JSON, and no array of objects is in its first bytes: write the definition by hand (docs/json.md)',
  ],
];

/** Why a file that begins with `bytes` is not a table of texts, and what to do; null if it may be one. */
export function foreignFormat(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 512))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  const known = starts.find(([pattern]) => pattern.test(start))?.[1];
  return known ?? (isBinary(bytes) ? 'it is not text' : null);
}

/** Share of control characters, and how many different ones, that no text has. A delimiter may be one of them. */
const controlShare = 0.03;
const controlsMost = 4;

function isBinary(bytes: Uint8Array): boolean {
  const counts = new Map<number, number>();
  const looked = bytes.subarray(0, 8192);
  for (const byte of looked)
    if (byte < 0x20 && byte !== 0 && !(byte >= 0x09 && byte <= 0x0d))
      counts.set(byte, (counts.get(byte) ?? 0) + 1);
  let all = 0;
  for (const count of counts.values()) all += count;
  return counts.size > controlsMost && all > controlShare * looked.length;
}

/** The same of a zip file without tables: `message` names what it contains. */
export function foreignArchive(message: string): string | null {
  if (/\bxl\//.test(message)) return 'it is an Excel workbook: save the sheet as CSV UTF-8';
  if (/\[Content_Types\]\.xml|\bcontent\.xml\b/.test(message))
    return 'it is a document of an office program: save its table as CSV UTF-8';
  return null;
}
