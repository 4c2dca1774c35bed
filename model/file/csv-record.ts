/** A record of CSV (RFC 4180) with its line end, LF. Null is empty, and an empty text is `""`. */
export function csvRecord(fields: readonly (string | null)[]): string {
  const written = fields.map((field) => {
    if (field === null) return '';
    return field === '' || /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  });
  return `${written.join(',')}\n`;
}
