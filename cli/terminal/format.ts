/** Numbers, sizes, durations and tables as text. */

/** 1234567 → `1,234,567`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Bytes with a decimal unit: 1290000000 → `1.29 GB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  let amount = value;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return unit === 0
    ? `${amount} B`
    : `${amount.toFixed(amount < 10 ? 2 : amount < 100 ? 1 : 0)} ${units[unit]}`;
}

/** Seconds as `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** An ISO 8601 time on this machine's clock: `2026-11-28 18:45:16`. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}

/** Text cut to a width, with an ellipsis in its middle so that both ends of a name are readable. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}

/** Characters that a terminal would obey instead of showing, those that change the writing direction included. */
const control = /\p{Cc}|\p{Bidi_Control}/gu;

/** Escapes control characters, which names of files may contain. */
export function printable(text: string): string {
  return text.replace(control, (char) => {
    const code = char.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** Rows as an aligned table, with numbers to the right, those of a column with the same number of decimals. */
export function table(rows: readonly Record<string, unknown>[]): string {
  if (rows.length === 0) return '  (none)\n';
  const names = Object.keys(rows[0]);
  const columns = names.map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    const numbers = values.filter((value) => typeof value === 'number');
    const decimals = decimalsOf(numbers);
    const cells = values.map((value) => cell(value, decimals));
    const width = Math.max(name.length, ...cells.map((text) => text.length));
    const right = numbers.length > 0 && values.every((value) => value === null || typeof value === 'number');
    return { cells, width, right };
  });
  const line = (texts: readonly string[]) =>
    `  ${texts
      .map((text, i) => (columns[i].right ? text.padStart(columns[i].width) : text.padEnd(columns[i].width)))
      .join('  ')
      .trimEnd()}\n`;
  const head = line(names) + line(columns.map(({ width }) => '─'.repeat(width)));
  return head + rows.map((_, row) => line(columns.map(({ cells }) => cells[row]))).join('');
}

/** Decimals that a column of rounded numbers has; two for a column that is not rounded. */
function decimalsOf(numbers: readonly number[]): number {
  for (let decimals = 0; decimals <= 6; decimals++) {
    if (numbers.every((value) => Number(value.toFixed(decimals)) === value)) return decimals;
  }
  return 2;
}

function cell(value: unknown, decimals: number): string {
  if (typeof value === 'number')
    return value.toLocaleString('en-US', {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return printable(String(value ?? '–'));
}
