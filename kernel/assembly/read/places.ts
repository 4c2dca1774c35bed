/** The places of a batch's accepted rows, kept on request: TypeScript may still reject some of them. */
import { alloc } from '../arena';
import { ADDRESS, Reader } from './read';
import { Table, rowBytes } from './table-read';

export class Places {
  static on: bool = false;
  /** 16 bytes a row: address of the record's text, its length in bytes, record, line. */
  static rows: usize = 0;
  /** Bytes of the record in the file (f64). */
  static bytes: usize = 0;
}

export function openPlaces(batchRows: i32): void {
  if (!Places.on) return;
  Places.rows = alloc(<usize>batchRows << 4);
  Places.bytes = alloc(<usize>batchRows << 3);
}

/** Stores the places of the block's records as those of rows [from, to). */
export function notePlaces(from: i32, to: i32): void {
  const lastSlot = <usize>Reader.fieldCount << 2;
  for (let r = from; r < to; r++) {
    const i = r - from;
    const slot = <usize>i << 2;
    let start: u32;
    let length: u32;
    if (Table.on) {
      start = load<u32>(Table.rowStart + slot);
      length = load<u32>(Table.rowLength + slot);
    } else {
      const word = Reader.index + <usize>i * Reader.stride;
      start = load<u32>(word) + 1;
      length = (load<u32>(word + lastSlot) & ADDRESS) - start;
    }
    const place = Places.rows + (<usize>r << 4);
    store<u32>(place, start);
    store<u32>(place, length, 4);
    store<u32>(place, load<u32>(Reader.rowRecord + slot), 8);
    store<u32>(place, load<u32>(Reader.rowLine + slot), 12);
    store<f64>(Places.bytes + (<usize>r << 3), Table.on ? rowBytes(i) : <f64>length);
  }
}
