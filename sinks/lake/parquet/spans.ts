/** Cuts a column chunk into pages, between rows, at about one mebibyte of values. */

const PAGE_BYTES = 1 << 20;

/** The rows of a page, and the range of the column chunk's values (without nulls) that belong to them. */
export interface PageSpan {
  readonly rowFrom: number;
  readonly rowTo: number;
  readonly valueFrom: number;
  readonly valueTo: number;
}

/** Spans of values of `width` bytes each. */
export function cutFixed(rows: number, levels: Uint8Array | null, width: number): PageSpan[] {
  const pageRows = Math.floor(PAGE_BYTES / width);
  const spans: PageSpan[] = [];
  let valueFrom = 0;
  for (let rowFrom = 0; rowFrom < rows; rowFrom += pageRows) {
    const rowTo = Math.min(rowFrom + pageRows, rows);
    const valueTo = valueFrom + (levels === null ? rowTo - rowFrom : countValid(levels, rowFrom, rowTo));
    spans.push({ rowFrom, rowTo, valueFrom, valueTo });
    valueFrom = valueTo;
  }
  return spans;
}

function countValid(levels: Uint8Array, from: number, to: number): number {
  let valid = 0;
  for (let i = from; i < to; i++) valid += levels[i];
  return valid;
}

/** Spans of PLAIN byte arrays, each with the bytes that its values fill. */
export function cutPlainTexts(
  rows: number,
  levels: Uint8Array | null,
  plain: Uint8Array,
): { span: PageSpan; byteFrom: number; byteTo: number }[] {
  if (plain.length <= PAGE_BYTES) {
    const valueTo = levels === null ? rows : countValid(levels, 0, rows);
    return [{ span: { rowFrom: 0, rowTo: rows, valueFrom: 0, valueTo }, byteFrom: 0, byteTo: plain.length }];
  }
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  const cuts: { span: PageSpan; byteFrom: number; byteTo: number }[] = [];
  let rowFrom = 0;
  let valueFrom = 0;
  let byteFrom = 0;
  let values = 0;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    if (levels === null || levels[row] === 1) {
      at += 4 + view.getUint32(at, true);
      values++;
    }
    if (at - byteFrom < PAGE_BYTES && row + 1 < rows) continue;
    cuts.push({ span: { rowFrom, rowTo: row + 1, valueFrom, valueTo: values }, byteFrom, byteTo: at });
    rowFrom = row + 1;
    valueFrom = values;
    byteFrom = at;
  }
  return cuts;
}
