/** The two forms in which header texts are compared. */

/** Header text without the details that vary: case, quotes, a BOM, spaces and punctuation. */
export function normaliseHeader(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
}

/** A header text or an alias as it is written: in Unicode's composed form, without a BOM and spaces around it. */
export function exactHeader(text: string): string {
  return text.normalize('NFC').trim();
}
